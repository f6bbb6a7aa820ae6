using System.Text;

namespace Patchbay.Routing;

/// <summary>How reasons are named and told to callers.</summary>
public static class ExclusionReasonText
{
    /// <summary>The stable name in snake case, such as <c>max_price</c>; <c>none</c> for an attempt.</summary>
    public static string Word(ExclusionReason reason)
    {
        var name = reason.ToString();
        var word = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]))
            {
                word.Append('_');
            }

            word.Append(char.ToLowerInvariant(name[i]));
        }

        return word.ToString();
    }

    /// <summary>A sentence for people.</summary>
    public static string Sentence(ExclusionReason reason) => Word(reason) switch
    {
        "none" => "It is among the attempts.",
        "service_tier" => "It is of a service tier that the request does not ask for.",
        "allowed_models" => "Its model is not among those that a guardrail allows.",
        "ignored_models" => "Its model is among those that a guardrail keeps out.",
        "only" => "It is not in provider.only.",
        "ignore" => "It is in provider.ignore.",
        "order" => "Fallbacks are off and it is not in provider.order.",
        "modality" => "It takes or gives other kinds of content than the request wants.",
        "tools" => "The request has tools, which it does not support.",
        "parameters" => "provider.require_parameters is set and it does not honour all parameters of the request.",
        "data_collection" => "Its provider may train on prompts, which provider.data_collection denies.",
        "zdr" => "Its provider does not have zero data retention, which provider.zdr demands.",
        "data_region" => "It is not known to process requests in one of provider.data_regions.",
        "distillable" => "Its model is not known to allow distillation, which provider.enforce_distillable_text demands.",
        "quantization" => "Its number format is not in provider.quantizations.",
        "max_price" => "It costs more than provider.max_price.",
        "not_free" => "The free variant was asked for and it has a price.",
        "not_spoken" => "Its provider speaks a protocol that this server does not.",
        "not_priced" => "Its price, or the provider's own id of the model, is not known.",
        "own_key_only" => "The caller's own key at its provider is the only one that may be used there.",
        "not_routable" => "Its provider has no key or no address on this server.",
        "context_length" => "Prompt and output do not fit its context.",
        "max_output" => "The wanted output is longer than it gives.",
        "preferred_parameters" => "Another endpoint of the model honours a parameter of the request that it does not.",
        "repeated" => "The request names its model twice.",
        "cooling_down" => "It was told to wait, cannot be reached or refused the key; others come first.",
        "attempt_limit" => "It may serve the request, but others come first and fill the number of attempts.",
        var word => $"It is left out: {word.Replace('_', ' ')}.",
    };
}
