namespace Patchbay.Core;

/// <summary>What the attempt loop does after an error, as long as nothing has reached the caller.</summary>
public enum NextStep
{
    /// <summary>Give up and tell the caller.</summary>
    Stop,

    /// <summary>Try the next endpoint of the plan.</summary>
    TryNext,
}

/// <summary>How an error counts against the endpoint that produced it.</summary>
public enum HealthEffect
{
    /// <summary>Not at all: the request or the caller was at fault.</summary>
    None,

    /// <summary>The endpoint is put last for a few seconds.</summary>
    Soft,

    /// <summary>A failure of the endpoint: it counts towards an outage.</summary>
    Hard,

    /// <summary>The endpoint is left alone until its Retry-After has passed; no outage.</summary>
    Cooldown,

    /// <summary>Our credential at this provider is refused: the endpoint is left alone for a while.</summary>
    Credential,
}

/// <summary>How loudly an error is logged.</summary>
public enum ErrorSeverity
{
    /// <summary>Part of normal life.</summary>
    Information,

    /// <summary>An operator may want to look.</summary>
    Warning,

    /// <summary>An operator should look.</summary>
    Error,
}

/// <summary>One row of the error table: what a kind of error means everywhere.</summary>
/// <param name="HttpStatus">The status of the answer when nothing was sent yet.</param>
/// <param name="Code">Our own stable name, in <c>error.metadata.code</c> and in the log.</param>
/// <param name="ErrorType">The <c>error.metadata.error_type</c> of the OpenRouter API.</param>
/// <param name="OpenAiType">The <c>error.type</c> of the OpenAI API.</param>
/// <param name="AnthropicType">The <c>error.type</c> of the Anthropic API.</param>
/// <param name="NextStep">What the attempt loop does.</param>
/// <param name="Health">How it counts against the endpoint.</param>
/// <param name="Severity">How loudly it is logged.</param>
public sealed record GatewayErrorRow(
    int HttpStatus,
    string Code,
    string ErrorType,
    string OpenAiType,
    string AnthropicType,
    NextStep NextStep,
    HealthEffect Health,
    ErrorSeverity Severity);

/// <summary>The one table that decides what each <see cref="GatewayErrorKind"/> means. No kind of error is billable: an
/// attempt that ends in an error is charged to nobody, and what it cost is booked as a loss. docs/errors.md is generated
/// from it.</summary>
public static class GatewayErrorPolicy
{
    private static readonly GatewayErrorRow[] Rows = BuildRows();

    /// <summary>The row of this kind; every kind has one.</summary>
    public static GatewayErrorRow For(GatewayErrorKind kind) => Rows[(int)kind];

    private static GatewayErrorRow[] BuildRows()
    {
        var kinds = Enum.GetValues<GatewayErrorKind>();
        var rows = new GatewayErrorRow[kinds.Length];
        foreach (var kind in kinds)
        {
            rows[(int)kind] = Describe(kind);
        }

        return rows;
    }

    private static GatewayErrorRow Describe(GatewayErrorKind kind) => kind switch
    {
        GatewayErrorKind.InvalidRequest => new(400, "invalid_request", "invalid_request",
            "invalid_request_error", "invalid_request_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.PayloadTooLarge => new(413, "payload_too_large", "payload_too_large",
            "invalid_request_error", "request_too_large", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.Unauthenticated => new(401, "unauthenticated", "authentication",
            "authentication_error", "authentication_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.Forbidden => new(403, "forbidden", "permission_denied",
            "permission_error", "permission_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.NotFound => new(404, "not_found", "not_found",
            "invalid_request_error", "not_found_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.Conflict => new(409, "conflict", "invalid_request",
            "invalid_request_error", "invalid_request_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.Gone => new(410, "gone", "not_found",
            "invalid_request_error", "not_found_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.IdempotencyMismatch => new(422, "idempotency_mismatch", "invalid_request",
            "invalid_request_error", "invalid_request_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.ModelNotFound => new(400, "model_not_found", "invalid_request",
            "invalid_request_error", "invalid_request_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.NoEndpoints => new(404, "no_endpoints", "not_found",
            "invalid_request_error", "not_found_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.ContextLengthExceeded => new(400, "context_length_exceeded", "context_length_exceeded",
            "invalid_request_error", "invalid_request_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.InsufficientCredits => new(402, "insufficient_credits", "payment_required",
            "insufficient_quota", "billing_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.KeyLimitExceeded => new(402, "key_limit_exceeded", "payment_required",
            "insufficient_quota", "billing_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.BudgetExceeded => new(403, "budget_exceeded", "permission_denied",
            "insufficient_quota", "billing_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.RateLimited => new(429, "rate_limited", "rate_limit_exceeded",
            "rate_limit_error", "rate_limit_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.ClientClosed => new(499, "client_closed", "unmapped",
            "api_error", "api_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.RequestTimeout => new(408, "request_timeout", "timeout",
            "api_error", "timeout_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.ProviderUnreachable => new(502, "provider_unreachable", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderTlsError => new(502, "provider_tls_error", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Error),
        GatewayErrorKind.ProviderRateLimited => new(429, "provider_rate_limited", "rate_limit_exceeded",
            "rate_limit_error", "rate_limit_error", NextStep.TryNext, HealthEffect.Cooldown, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderAuth => new(502, "provider_auth", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Credential, ErrorSeverity.Error),
        GatewayErrorKind.ByokKeyRefused => new(401, "byok_key_refused", "authentication",
            "authentication_error", "authentication_error", NextStep.TryNext, HealthEffect.Credential, ErrorSeverity.Information),
        GatewayErrorKind.ByokKeyUnpaid => new(402, "byok_key_unpaid", "payment_required",
            "insufficient_quota", "billing_error", NextStep.TryNext, HealthEffect.Credential, ErrorSeverity.Information),
        GatewayErrorKind.ProviderRejected => new(400, "provider_rejected", "invalid_request",
            "invalid_request_error", "invalid_request_error", NextStep.TryNext, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.ProviderError => new(502, "provider_error", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderOverloaded => new(503, "provider_overloaded", "provider_overloaded",
            "api_error", "overloaded_error", NextStep.TryNext, HealthEffect.Soft, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderTimeout => new(504, "provider_timeout", "timeout",
            "api_error", "timeout_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderStalled => new(504, "provider_stalled", "timeout",
            "api_error", "timeout_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderSlow => new(504, "provider_slow", "timeout",
            "api_error", "timeout_error", NextStep.TryNext, HealthEffect.Soft, ErrorSeverity.Information),
        GatewayErrorKind.Superseded => new(504, "superseded", "timeout",
            "api_error", "timeout_error", NextStep.TryNext, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.ProviderDisconnected => new(502, "provider_disconnected", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderMalformed => new(502, "provider_malformed", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.ProviderLimit => new(502, "provider_limit", "provider_unavailable",
            "api_error", "api_error", NextStep.TryNext, HealthEffect.Hard, ErrorSeverity.Warning),
        GatewayErrorKind.NoHealthyProvider => new(503, "no_healthy_provider", "provider_overloaded",
            "api_error", "overloaded_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Warning),
        GatewayErrorKind.AuthUnavailable => new(503, "auth_unavailable", "server",
            "api_error", "api_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Error),
        GatewayErrorKind.StorageUnavailable => new(503, "storage_unavailable", "server",
            "api_error", "api_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Error),
        GatewayErrorKind.ShuttingDown => new(503, "shutting_down", "server",
            "api_error", "overloaded_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Information),
        GatewayErrorKind.LoopDetected => new(508, "loop_detected", "server",
            "api_error", "api_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Error),
        GatewayErrorKind.Internal => new(500, "internal", "server",
            "api_error", "api_error", NextStep.Stop, HealthEffect.None, ErrorSeverity.Error),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of error without a row."),
    };
}
