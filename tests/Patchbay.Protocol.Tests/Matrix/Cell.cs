namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>One dialect and one feature: a check that it works, or why the provider's API cannot do it and a check of what
/// becomes of a request that asks for it.</summary>
/// <param name="Page">The page of the provider's documentation after which the fixtures are written.</param>
/// <param name="Reason">Why it cannot be; null when it can.</param>
/// <param name="Check">Throws when it does not hold.</param>
internal sealed record Cell(string Page, string? Reason, Action Check)
{
    public static Cell Can(string page, Action check) => new(page, null, check);

    public static Cell Cannot(string page, string reason, Action check) => new(page, reason, check);
}
