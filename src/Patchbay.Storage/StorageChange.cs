namespace Patchbay.Storage;

/// <summary>Something that another process changed in the database, and that should be read again.</summary>
/// <param name="Topic">What kind of thing; see the constants.</param>
/// <param name="Subject">Which one.</param>
public sealed record StorageChange(string Topic, string Subject)
{
    /// <summary>An API key; the subject is its hash.</summary>
    public const string Key = "key";

    /// <summary>The budgets of a scope; the subject is <c>LEVEL/ID</c>.</summary>
    public const string Budget = "budget";

    /// <summary>The guardrails of an organization, whose id is the subject, or whom they are assigned to.</summary>
    public const string Guardrail = "guardrail";

    /// <summary>An override of the catalogue; the subject is the model or endpoint.</summary>
    public const string Catalogue = "catalogue";

    /// <summary>The credits of an organization, whose id is the subject.</summary>
    public const string Credits = "credits";
}
