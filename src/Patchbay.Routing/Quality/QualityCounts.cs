namespace Patchbay.Routing;

/// <summary>What was counted of an endpoint's answers over two hours.</summary>
public readonly record struct QualityCounts
{
    /// <summary>Answers to requests with tools.</summary>
    public int ToolRequests { get; init; }

    /// <summary>Those with at least one wrong tool call.</summary>
    public int WrongToolCalls { get; init; }

    /// <summary>Those with arguments that are not JSON.</summary>
    public int InvalidJson { get; init; }

    /// <summary>Those that call a tool which is not offered.</summary>
    public int UnknownName { get; init; }

    /// <summary>Those with arguments that the tool's schema forbids.</summary>
    public int SchemaMismatch { get; init; }

    /// <summary>Answers to requests with tools or with a schema.</summary>
    public int Answers { get; init; }

    /// <summary>Those that are empty.</summary>
    public int Empty { get; init; }

    /// <summary>Those that ended in an error by the provider's own word.</summary>
    public int BadFinish { get; init; }

    /// <summary>Answers that were to obey a schema.</summary>
    public int Structured { get; init; }

    /// <summary>Those that do not.</summary>
    public int BrokenStructure { get; init; }

    /// <summary>Answers that are empty, ended in an error or break their schema.</summary>
    public int BadAnswers { get; init; }

    /// <summary>The share of answers with no wrong tool call, from 0 to 1; null without answers.</summary>
    public double? ToolSuccess => ToolRequests == 0 ? null : 1 - ((double)WrongToolCalls / ToolRequests);

    /// <summary>The share of answers that are neither empty, nor ended in an error, nor break their schema; null without
    /// answers.</summary>
    public double? AnswerSuccess => Answers == 0 ? null : 1 - ((double)BadAnswers / Answers);
}
