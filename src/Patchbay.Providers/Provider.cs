using System.Net.Http.Headers;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers;

/// <summary>How to call one provider. Thread-safe, and stateless but for the token that its credential keeps: everything per
/// request arrives as an argument. Most providers are data for <see cref="OpenAiCompatibleProvider"/>; one that differs overrides what differs.</summary>
public abstract class Provider
{
    /// <summary>Takes the provider's data.</summary>
    protected Provider(ProviderDescriptor descriptor)
    {
        Descriptor = descriptor;
        Credential = CredentialFactory.Create(descriptor);
    }

    /// <summary>The provider's data.</summary>
    public ProviderDescriptor Descriptor { get; }

    /// <summary>Where chat requests are posted, unless <see cref="ChatAddress"/> says otherwise.</summary>
    public abstract Uri ChatUri { get; }

    /// <summary>Where chat requests for a model are posted. It does not change: ask once.</summary>
    /// <param name="model">The provider's own id of the model.</param>
    /// <param name="stream">Whether the answer shall stream.</param>
    public virtual Uri ChatAddress(string model, bool stream) => ChatUri;

    /// <summary>What the provider speaks in place of OpenAI's chat API; null when it speaks that.</summary>
    public virtual Dialect? Dialect => null;

    /// <summary>What it takes inside the messages and tools of a request of the same dialect. Not asked of a provider with
    /// a <see cref="Dialect"/>.</summary>
    public virtual ChatForm Form => ChatForm.OpenAi;

    /// <summary>What has to change among the members of a request of the same dialect. Not asked of a provider with a
    /// <see cref="Dialect"/>.</summary>
    public virtual UpstreamRequestEdits EditChat(RequestEnvelope envelope, in DialectTarget target) =>
        new() { Model = target.Model, MaxOutputTokens = target.MaxOutputTokens };

    /// <summary>How a model is asked to go on with an answer that another provider began.</summary>
    /// <param name="model">The provider's own id of the model.</param>
    public virtual Prefill PrefillFor(string model) => Dialect?.PrefillFor(model) ?? Prefill.None;

    /// <summary>How it is shown who calls.</summary>
    public Credential Credential { get; }

    /// <summary>Adds the fixed headers: those of the protocol, and those that the operator set.</summary>
    public virtual void AddHeaders(HttpRequestHeaders headers)
    {
        for (var i = 0; i < Descriptor.Headers.Count; i++)
        {
            headers.TryAddWithoutValidation(Descriptor.Headers[i].Key, Descriptor.Headers[i].Value);
        }
    }

    /// <summary>Reads an answer with an error status. Never throws. Its text is the provider's: it may hold secrets.</summary>
    public DialectError ReadError(ReadOnlySpan<byte> body, int status, HttpResponseHeaders headers)
    {
        if (Dialect is { } dialect)
        {
            return dialect.ErrorHeader is { } name && headers.NonValidated.TryGetValues(name, out var values)
                ? dialect.ReadError(body, status, values.ToString())
                : dialect.ReadError(body, status);
        }

        var (message, code, type) = ChatErrorReader.Read(body, status);
        return new DialectError(Classify(status, code, type), message, ChatErrorReader.ReadParameter(body));
    }

    /// <summary>What an answer with an error status means, in OpenAI's dialect.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="code">The <c>code</c> of the provider's error object, if any.</param>
    /// <param name="type">Its <c>type</c>, if any.</param>
    public virtual GatewayErrorKind Classify(int status, string? code, string? type) => status switch
    {
        429 when IsOutOfMoney(code) || IsOutOfMoney(type) => GatewayErrorKind.ProviderAuth,
        429 => GatewayErrorKind.ProviderRateLimited,
        401 or 402 or 403 => GatewayErrorKind.ProviderAuth,
        408 => GatewayErrorKind.ProviderTimeout,
        529 => GatewayErrorKind.ProviderOverloaded,
        >= 500 => GatewayErrorKind.ProviderError,
        >= 400 => GatewayErrorKind.ProviderRejected,
        _ => GatewayErrorKind.ProviderMalformed,
    };

    // https://platform.openai.com/docs/guides/error-codes: a 429 with insufficient_quota is an empty account, not a rate.
    private static bool IsOutOfMoney(string? code) =>
        code is "insufficient_quota" or "billing_hard_limit_reached" or "billing_not_active" or "insufficient_balance";
}
