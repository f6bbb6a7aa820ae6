namespace Patchbay.Api;

/// <summary>A member of a request body, which may be absent. Absent is not the same as null.</summary>
/// <param name="IsPresent">Whether the body has the member, with a good value.</param>
/// <param name="Value">Its value; meaningless when it is absent.</param>
internal readonly record struct Optional<T>(bool IsPresent, T Value)
{
    /// <summary>The value, or another one when the member is absent.</summary>
    public T Or(T other) => IsPresent ? Value : other;
}
