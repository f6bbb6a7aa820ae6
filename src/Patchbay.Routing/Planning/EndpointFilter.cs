using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Decides which endpoints of a model a request may use. No fallback relaxes it.</summary>
internal readonly ref struct EndpointFilter
{
    private readonly ref readonly RouteRequest _request;
    private readonly RoutePreferences? _preferences;
    private readonly PriceLimits _limits;
    private readonly Parameters _required;
    private readonly long _tokens;

    public EndpointFilter(ref readonly RouteRequest request)
    {
        _request = ref request;
        _preferences = request.Preferences;
        _tokens = request.EstimatedPromptTokens + Math.Min(request.MaxOutputTokens ?? 0, int.MaxValue);
        if (_preferences is { MaxPrice: { } ceiling })
        {
            _limits = new PriceLimits(ceiling);
        }

        if (_preferences is { RequireParameters: true })
        {
            _required = Normalized(request.Used);
        }
    }

    /// <summary>Writes for each endpoint of the model why it is out, in the order of the model's list.</summary>
    public void Apply(in ResolvedModel resolved, Span<ExclusionReason> reasons)
    {
        var model = resolved.Model;
        for (var i = 0; i < model.Endpoints.Length; i++)
        {
            reasons[i] = Check(model.Endpoints[i], model, resolved.FreeOnly);
        }

        if (_request.WantsJsonSchema)
        {
            Prefer(Parameters.StructuredOutputs, model, reasons);
        }

        var soft = _request.Used & (Parameters.ToolChoice | Parameters.ResponseFormat | Parameters.Verbosity);
        if (soft != Parameters.None)
        {
            Prefer(soft & Parameters.ToolChoice, model, reasons);
            Prefer(soft & Parameters.ResponseFormat, model, reasons);
            Prefer(soft & Parameters.Verbosity, model, reasons);
        }
    }

    /// <summary>Leaves only endpoints that honour the parameter, where at least one does.</summary>
    private static void Prefer(Parameters parameter, Model model, Span<ExclusionReason> reasons)
    {
        if (parameter == Parameters.None)
        {
            return;
        }

        var some = false;
        for (var i = 0; i < model.Endpoints.Length && !some; i++)
        {
            some = reasons[i] == ExclusionReason.None && (model.Endpoints[i].Supported & parameter) != 0;
        }

        for (var i = 0; i < model.Endpoints.Length && some; i++)
        {
            if (reasons[i] == ExclusionReason.None && (model.Endpoints[i].Supported & parameter) == 0)
            {
                reasons[i] = ExclusionReason.PreferredParameters;
            }
        }
    }

    private ExclusionReason Check(Endpoint endpoint, Model model, bool freeOnly)
    {
        if (_preferences is not null && CheckNames(endpoint) is var named and not ExclusionReason.None)
        {
            return named;
        }

        if ((_request.Input & ~endpoint.Input) != 0 || (_request.Output & ~endpoint.Output) != 0)
        {
            return ExclusionReason.Modality;
        }

        if (_request.WantsTools && (endpoint.Supported & Parameters.Tools) == 0)
        {
            return ExclusionReason.Tools;
        }

        if (_preferences is not null && CheckConditions(endpoint) is var condition and not ExclusionReason.None)
        {
            return condition;
        }

        if (freeOnly && !IsFree(endpoint.Prices))
        {
            return ExclusionReason.NotFree;
        }

        if (!endpoint.Routable)
        {
            return WhyNot(endpoint);
        }

        if ((endpoint.ContextLength ?? model.ContextLength) is { } context && _tokens > context)
        {
            return ExclusionReason.ContextLength;
        }

        return _request.MaxOutputTokens > endpoint.MaxOutputTokens ? ExclusionReason.MaxOutput : ExclusionReason.None;
    }

    /// <summary>First what a key would not help.</summary>
    private static ExclusionReason WhyNot(Endpoint endpoint)
    {
        if (!endpoint.Provider.IsSpoken)
        {
            return ExclusionReason.NotSpoken;
        }

        return endpoint.PriceKnown && endpoint.UpstreamModel.Length > 0
            ? ExclusionReason.NotRoutable
            : ExclusionReason.NotPriced;
    }

    private ExclusionReason CheckNames(Endpoint endpoint)
    {
        var preferences = _preferences!;
        if (preferences.Only is { Count: > 0 } only && EndpointName.IndexIn(only, endpoint) < 0)
        {
            return ExclusionReason.Only;
        }

        if (preferences.Ignore is { Count: > 0 } ignore && EndpointName.IndexIn(ignore, endpoint) >= 0)
        {
            return ExclusionReason.Ignore;
        }

        return !preferences.AllowFallbacks
            && preferences.Order is { Count: > 0 } order
            && EndpointName.IndexIn(order, endpoint) < 0
                ? ExclusionReason.Order
                : ExclusionReason.None;
    }

    private ExclusionReason CheckConditions(Endpoint endpoint)
    {
        var preferences = _preferences!;
        if ((_required & ~Normalized(endpoint.Supported)) != 0)
        {
            return ExclusionReason.Parameters;
        }

        if (preferences.DataCollectionDeny && endpoint.Provider.Policy.TrainsOnPrompts != false)
        {
            return ExclusionReason.DataCollection;
        }

        if (preferences.Zdr && !endpoint.Provider.Policy.Zdr)
        {
            return ExclusionReason.Zdr;
        }

        if (preferences.Quantizations is { Count: > 0 } formats && !HasFormat(formats, endpoint.Quantization ?? "unknown"))
        {
            return ExclusionReason.Quantization;
        }

        return preferences.MaxPrice is not null
            && !_limits.Allow(endpoint.Prices.ForPrompt(_request.EstimatedPromptTokens))
                ? ExclusionReason.MaxPrice
                : ExclusionReason.None;
    }

    private static bool HasFormat(IReadOnlyList<string> formats, string format)
    {
        for (var i = 0; i < formats.Count; i++)
        {
            var wanted = formats[i];
            if (format.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            // fp4 covers mxfp4 and nvfp4, fp8 covers mxfp8.
            if (wanted.Length == 3
                && (wanted.Equals("fp4", StringComparison.OrdinalIgnoreCase)
                    || wanted.Equals("fp8", StringComparison.OrdinalIgnoreCase))
                && format.Length == 5
                && format.EndsWith(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsFree(PriceList prices) =>
        prices.Prompt.Femtos == 0 && prices.Completion.Femtos == 0 && (prices.Request?.Femtos ?? 0) == 0;

    /// <summary>The two names of the output limit count as one: the gateway sends whichever the endpoint knows.</summary>
    private static Parameters Normalized(Parameters set) =>
        (set & Parameters.MaxCompletionTokens) == 0
            ? set
            : (set & ~Parameters.MaxCompletionTokens) | Parameters.MaxTokens;
}
