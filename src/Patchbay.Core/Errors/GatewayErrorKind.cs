namespace Patchbay.Core;

/// <summary>Every way in which a request can fail. <see cref="GatewayErrorPolicy.For"/> says what each kind means to the
/// caller, to routing, to health and to the log.</summary>
public enum GatewayErrorKind
{
    /// <summary>The request is malformed, or a member has a wrong type or value.</summary>
    InvalidRequest,

    /// <summary>The body is larger than the server accepts.</summary>
    PayloadTooLarge,

    /// <summary>No key, an unknown key, or a key that is disabled or expired.</summary>
    Unauthenticated,

    /// <summary>The key is known but may not do this.</summary>
    Forbidden,

    /// <summary>The addressed thing does not exist, or belongs to somebody else.</summary>
    NotFound,

    /// <summary>The change contradicts the present state.</summary>
    Conflict,

    /// <summary>The operation has been withdrawn for good.</summary>
    Gone,

    /// <summary>The Idempotency-Key was used for another request.</summary>
    IdempotencyMismatch,

    /// <summary>No model of this name is in the catalogue.</summary>
    ModelNotFound,

    /// <summary>The model exists, but no endpoint passes the request's filters.</summary>
    NoEndpoints,

    /// <summary>The prompt and the wanted output do not fit any endpoint's context.</summary>
    ContextLengthExceeded,

    /// <summary>The account cannot pay for the worst case of this request.</summary>
    InsufficientCredits,

    /// <summary>The key's own limit cannot cover the worst case of this request.</summary>
    KeyLimitExceeded,

    /// <summary>A workspace, member or guardrail budget cannot cover the worst case of this request.</summary>
    BudgetExceeded,

    /// <summary>The caller sends faster than its limit allows.</summary>
    RateLimited,

    /// <summary>The caller closed the connection.</summary>
    ClientClosed,

    /// <summary>The caller did not send its request in time.</summary>
    RequestTimeout,

    /// <summary>No connection to the provider: refused, no route, or no such host.</summary>
    ProviderUnreachable,

    /// <summary>The provider's certificate or TLS version was not acceptable.</summary>
    ProviderTlsError,

    /// <summary>The provider answered 429; the endpoint cools down as long as it says.</summary>
    ProviderRateLimited,

    /// <summary>The provider refused our own credentials or our account there has no money.</summary>
    ProviderAuth,

    /// <summary>The provider refused the caller's own key.</summary>
    ByokKeyRefused,

    /// <summary>The account behind the caller's own key has no money left.</summary>
    ByokKeyUnpaid,

    /// <summary>The provider found the request invalid; another endpoint may accept it.</summary>
    ProviderRejected,

    /// <summary>The provider failed: a 5xx answer, or an error in the place of an answer.</summary>
    ProviderError,

    /// <summary>The provider is overloaded (503 or 529) and asks for patience.</summary>
    ProviderOverloaded,

    /// <summary>The provider did not begin to answer in time.</summary>
    ProviderTimeout,

    /// <summary>The provider began to answer and then fell silent.</summary>
    ProviderStalled,

    /// <summary>The provider did not begin to answer within the time after which another endpoint is asked instead; it is
    /// given up only where there is one.</summary>
    ProviderSlow,

    /// <summary>Two endpoints were asked, and the other one was faster. Callers never see it; the list of attempts does.
    /// </summary>
    Superseded,

    /// <summary>The provider's connection broke before the answer was whole.</summary>
    ProviderDisconnected,

    /// <summary>The provider's answer is not what its protocol says.</summary>
    ProviderMalformed,

    /// <summary>The provider's answer exceeded a size or time that the server bounds.</summary>
    ProviderLimit,

    /// <summary>Every endpoint is cooling down; a later attempt may succeed.</summary>
    NoHealthyProvider,

    /// <summary>The key could not be checked because the database is unavailable.</summary>
    AuthUnavailable,

    /// <summary>The usage could not be made durable, so nothing may be served or charged.</summary>
    StorageUnavailable,

    /// <summary>The server drains and takes no new requests.</summary>
    ShuttingDown,

    /// <summary>The request came back to this server through a provider address.</summary>
    LoopDetected,

    /// <summary>A fault of our own; details are in the log under the request's id.</summary>
    Internal,
}
