namespace Patchbay.Protocol;

/// <summary>A member of a JSON object that is carried along and not interpreted.</summary>
/// <param name="Name">Its name, decoded.</param>
/// <param name="Json">Its value as it stands in the body that it was read from.</param>
public readonly record struct RawMember(string Name, ReadOnlyMemory<byte> Json);
