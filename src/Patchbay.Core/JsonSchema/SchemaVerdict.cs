namespace Patchbay.Core;

/// <summary>What a schema says of a value.</summary>
public enum SchemaVerdict
{
    /// <summary>The value obeys the schema.</summary>
    Valid,

    /// <summary>It does not.</summary>
    Invalid,

    /// <summary>To find out would take more work than is allowed, or the value holds what cannot be compared.</summary>
    Undecided,
}
