namespace Patchbay.Core;

/// <summary>What is wrong with an answer to a request with tools or with a schema for the answer.</summary>
[Flags]
public enum AnswerFaults
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The arguments of a tool call are not JSON.</summary>
    InvalidJson = 1,

    /// <summary>A tool was called that the request does not offer.</summary>
    UnknownName = 2,

    /// <summary>The arguments of a tool call do not obey the tool's schema.</summary>
    SchemaMismatch = 4,

    /// <summary>Neither text nor a tool call came.</summary>
    Empty = 8,

    /// <summary>The answer is not JSON, or does not obey the schema that the request demands.</summary>
    BrokenStructure = 16,

    /// <summary>The provider says that the answer ended in an error.</summary>
    BadFinish = 32,

    /// <summary>The three that make a tool call wrong.</summary>
    ToolCall = InvalidJson | UnknownName | SchemaMismatch,
}

/// <summary>What was found of one answer.</summary>
/// <param name="HadTools">The request offered tools.</param>
/// <param name="HadStructure">The request demanded an answer by a schema, and the answer is one that can be judged by it.
/// </param>
/// <param name="Faults">What is wrong.</param>
public readonly record struct AnswerFindings(bool HadTools, bool HadStructure, AnswerFaults Faults);
