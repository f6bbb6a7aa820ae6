namespace Patchbay.Billing;

/// <summary>Something that owners should be told.</summary>
public sealed record Alert
{
    /// <summary>A budget is spent up to a percentage.</summary>
    public const string BudgetKind = "budget.threshold";

    /// <summary>Prepaid funds fell below a limit.</summary>
    public const string CreditsKind = "credits.low";

    /// <summary>An automatic payment failed.</summary>
    public const string PaymentKind = "payment.failed";

    /// <summary>Somebody tries out a target.</summary>
    public const string TestKind = "test";

    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What makes it unique: of several with one key only the first is told, whichever server had it.</summary>
    public required string Key { get; init; }

    /// <summary>What kind of thing, in lower case with dots.</summary>
    public required string Kind { get; init; }

    /// <summary>Whose owners.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>The workspace that it is about; null for the organization itself. Targets of the organization are told of
    /// all workspaces.</summary>
    public Guid? WorkspaceId { get; init; }

    /// <summary>What there is to know, in one line for people.</summary>
    public required string Summary { get; init; }

    /// <summary>The same for programs: a JSON object.</summary>
    public required string Data { get; init; }

    /// <summary>When it was found, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
