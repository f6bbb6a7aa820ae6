using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage.Tests;

/// <summary>Rows with every field set, or with none that may be null.</summary>
internal static class Samples
{
    public static readonly Guid Organization = Guid.CreateVersion7();
    public static readonly Guid Workspace = Guid.CreateVersion7();
    public static readonly Guid Member = Guid.CreateVersion7();
    public static readonly Guid Key = Guid.CreateVersion7();

    public static Generation Full(DateTimeOffset now) => new()
    {
        Id = GenerationId.Create(now),
        CreatedAt = now,
        OrganizationId = Organization,
        WorkspaceId = Workspace,
        KeyId = Key,
        MemberId = Member,
        Model = "acme/écho 🎈",
        ProviderName = "Acme",
        EndpointId = "acme:echo",
        UpstreamId = "chatcmpl-1",
        ApiType = "completions",
        Streamed = true,
        Outcome = GenerationOutcome.Cancelled,
        ErrorCode = "cut",
        FinishReason = "stop",
        NativeFinishReason = "end_turn",
        Usage = new Usage
        {
            UncachedInput = 1,
            CacheRead = 2,
            CacheWrite = 3,
            CacheWrite1h = 4,
            AudioInput = 5,
            Output = 6,
            Reasoning = 7,
            AudioOutput = 8,
            ImagesIn = 9,
            ImagesOut = 10,
            Searches = 0,
            Estimated = true,
        },
        Charge = new Money(1_234_567),
        ProviderCost = new Money(1_000_000),
        Loss = new Money(77),
        Fee = new Money(5),
        Discount = new Money(6),
        IsByok = true,
        PriceVersion = 42,
        LatencyMs = 0,
        DurationMs = 1500,
        ServiceTier = "flex",
        SessionId = "session",
        ExternalUser = "user",
        UserAgent = "",
        Referer = "https://app.test/",
        Router = "openrouter/auto",
        Routing = """{"excluded":{"zdr":1}}""",
        Attempts = [new("acme:echo", "Acme", "acme/écho 🎈", 200, null, 120)],
    };

    public static Generation Lean(DateTimeOffset now) => new()
    {
        Id = GenerationId.Create(now),
        CreatedAt = now,
        OrganizationId = Organization,
        WorkspaceId = Workspace,
        Model = "acme/echo",
        ApiType = "embeddings",
        Outcome = GenerationOutcome.Failed,
    };

    /// <summary>A charged generation of an ordinary request.</summary>
    public static Settlement Settlement(DateTimeOffset now, long charge = 1000) => new(
        Full(now) with { Charge = new Money(charge), ProviderCost = new Money(charge / 2), IsByok = false, Loss = Money.Zero, Fee = Money.Zero, Discount = Money.Zero },
        "acme",
        []);

    public static OpenHold Hold(string generationId, DateTimeOffset now) => new()
    {
        GenerationId = generationId,
        CreatedAt = now,
        OrganizationId = Organization,
        WorkspaceId = Workspace,
        KeyId = Key,
        MemberId = Member,
        Model = "acme/echo",
        ProviderName = "Acme",
        ProviderSlug = "acme",
        EndpointId = "acme:echo",
        Streamed = true,
        Amount = new Money(5000),
        EstimatedCost = new Money(100),
    };

    public static ApiKey KeyOf(DefaultTenant tenant, DateTimeOffset now, string name = "key")
    {
        var text = ApiKeyFormat.Create();
        return new ApiKey
        {
            Id = Guid.CreateVersion7(now),
            Hash = KeyHash.Of(System.Text.Encoding.ASCII.GetBytes(text)),
            Name = name,
            Label = ApiKeyFormat.LabelOf(text),
            OrganizationId = tenant.Organization.Id,
            WorkspaceId = tenant.Workspace.Id,
            MemberId = tenant.Owner.Id,
            CreatorUserId = tenant.Owner.UserId,
            Limit = new Money(5),
            LimitReset = ResetInterval.Weekly,
            IncludeByokInLimit = true,
            ExpiresAt = now.AddDays(1),
            Disabled = false,
            IsManagement = true,
            CreatedAt = now,
            UpdatedAt = now.AddMinutes(1),
        };
    }
}
