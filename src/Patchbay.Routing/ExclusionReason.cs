namespace Patchbay.Routing;

/// <summary>Why an endpoint is not among a plan's attempts. Of several reasons the first in this order counts.</summary>
public enum ExclusionReason
{
    /// <summary>It is among the attempts.</summary>
    None,

    /// <summary>It is of a service tier that the request does not ask for, or of none where the request asks for
    /// <c>flex</c>.</summary>
    ServiceTier,

    /// <summary>Its model is not among those that a guardrail allows.</summary>
    AllowedModels,

    /// <summary>Its model is among those that a guardrail keeps out.</summary>
    IgnoredModels,

    /// <summary>It is not in <c>provider.only</c>.</summary>
    Only,

    /// <summary>It is in <c>provider.ignore</c>.</summary>
    Ignore,

    /// <summary>Fallbacks are off and it is not in <c>provider.order</c>.</summary>
    Order,

    /// <summary>It takes or gives other kinds of content than the request wants.</summary>
    Modality,

    /// <summary>The request has tools, which it does not support.</summary>
    Tools,

    /// <summary><c>provider.require_parameters</c> is set and it does not honour all of them.</summary>
    Parameters,

    /// <summary>Its provider may train on prompts, which <c>provider.data_collection</c> denies.</summary>
    DataCollection,

    /// <summary>Its provider has no zero data retention, which <c>provider.zdr</c> demands.</summary>
    Zdr,

    /// <summary>It is not known to process requests in one of <c>provider.data_regions</c>.</summary>
    DataRegion,

    /// <summary>Its model is not known to allow distillation, which <c>provider.enforce_distillable_text</c> demands.
    /// </summary>
    Distillable,

    /// <summary>Its number format is not in <c>provider.quantizations</c>.</summary>
    Quantization,

    /// <summary>It costs more than <c>provider.max_price</c>.</summary>
    MaxPrice,

    /// <summary>The request asks for the free variant and it has a price.</summary>
    NotFree,

    /// <summary>Its provider speaks a protocol that this release does not.</summary>
    NotSpoken,

    /// <summary>Its price, or the provider's own id of the model, is not known, so nothing could be charged or asked for.
    /// </summary>
    NotPriced,

    /// <summary>The caller has a key of its own at its provider, and wants nobody else's to be used there.</summary>
    OwnKeyOnly,

    /// <summary>Its provider has no key or no address, so it cannot be called.</summary>
    NotRoutable,

    /// <summary>Prompt and output do not fit its context.</summary>
    ContextLength,

    /// <summary>The wanted output is longer than it gives.</summary>
    MaxOutput,

    /// <summary>Another endpoint of the model honours a parameter of the request that this one does not: tools, a JSON
    /// schema, <c>response_format</c> or <c>verbosity</c>.</summary>
    PreferredParameters,

    /// <summary>The request names the same model twice; the endpoint is listed under the first name.</summary>
    Repeated,

    /// <summary>It was told to wait, is unreachable or refused our key, and others come first.</summary>
    CoolingDown,

    /// <summary>Others come first and fill the number of attempts.</summary>
    AttemptLimit,
}
