using System.Numerics;
using Patchbay.Catalog;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Decides which endpoints of a model a request may use. No fallback relaxes it.</summary>
internal readonly ref struct EndpointFilter
{
    private const uint Always = (1U << (int)ExclusionReason.ServiceTier) | (1U << (int)ExclusionReason.Modality)
        | (1U << (int)ExclusionReason.NotRoutable) | (1U << (int)ExclusionReason.ContextLength);

    private readonly ref readonly RouteRequest _request;
    private readonly RoutePreferences? _preferences;
    private readonly PriceLimits _limits;
    private readonly Parameters _required;
    private readonly long _tokens;

    // A bit for each reason that can apply to this request.
    private readonly uint _active;

    public EndpointFilter(ref readonly RouteRequest request)
    {
        _request = ref request;
        _preferences = request.Preferences;
        _tokens = request.EstimatedPromptTokens + Math.Min(request.MaxOutputTokens ?? 0, int.MaxValue);
        _active = Always
            | (request.WantsTools ? Bit(ExclusionReason.Tools) : 0)
            | (request.MaxOutputTokens is null ? 0 : Bit(ExclusionReason.MaxOutput))
            | Bit(ExclusionReason.NotFree);
        _limits = PriceLimits.None;
        if (_preferences is { } own)
        {
            _active |= own is { AllowFallbacks: false, Order.Count: > 0 } ? Bit(ExclusionReason.Order) : 0;
            for (var i = -1; i < own.Ceilings.Count; i++)
            {
                var level = Level(i);
                _active |= ConditionsOf(level);
                if (level.MaxPrice is { } ceiling)
                {
                    _limits = _limits.And(new PriceLimits(ceiling));
                }
            }

            _required = (_active & Bit(ExclusionReason.Parameters)) == 0 ? Parameters.None : Required(in request);
        }
    }

    /// <summary>Writes for each endpoint of the model why it is out, in the order of the model's list, and then for each of
    /// the endpoints with one of the caller's own keys.</summary>
    public void Apply(in ResolvedModel resolved, ReadOnlySpan<KeyedEndpoint> keyed, Span<ExclusionReason> reasons)
    {
        var model = resolved.Model;
        var flexOnly = IsFlexOnly(model);
        for (var i = 0; i < model.Endpoints.Length; i++)
        {
            var endpoint = model.Endpoints[i];
            reasons[i] = First(endpoint, in resolved, flexOnly);
            if (reasons[i] == ExclusionReason.None && _request.OwnKeys.Count > 0 && IsDisplaced(endpoint, model))
            {
                reasons[i] = ExclusionReason.OwnKeyOnly;
            }
        }

        for (var i = 0; i < keyed.Length; i++)
        {
            var key = _request.OwnKeys[keyed[i].Key];
            reasons[model.Endpoints.Length + i] = First(model.Endpoints[keyed[i].Endpoint], in resolved, flexOnly, key);
        }

        if (_request.WantsJsonSchema)
        {
            Prefer(Parameters.StructuredOutputs, model, keyed, reasons);
        }

        var soft = _request.Used & (Parameters.ToolChoice | Parameters.ResponseFormat | Parameters.Verbosity);
        if (soft != Parameters.None)
        {
            Prefer(soft & Parameters.ToolChoice, model, keyed, reasons);
            Prefer(soft & Parameters.ResponseFormat, model, keyed, reasons);
            Prefer(soft & Parameters.Verbosity, model, keyed, reasons);
        }
    }

    /// <summary>Everything that keeps an endpoint out on its own, as a set of bits: bit n is the reason of number n.</summary>
    public uint Failures(Endpoint endpoint, in ResolvedModel resolved)
    {
        var failures = 0U;
        var flexOnly = IsFlexOnly(resolved.Model);
        for (var rest = _active; rest != 0; rest &= rest - 1)
        {
            var reason = (ExclusionReason)BitOperations.TrailingZeroCount(rest);
            if (Fails(reason, endpoint, in resolved, flexOnly))
            {
                failures |= Bit(reason);
            }
        }

        return failures;
    }

    /// <summary>The level whose condition keeps the endpoint out: the request's own first. Null when none does.</summary>
    public RoutePreferences? LevelOf(ExclusionReason reason, Endpoint endpoint, Model model)
    {
        for (var i = -1; i < (_preferences?.Ceilings.Count ?? -1); i++)
        {
            if (FailsAt(Level(i), reason, endpoint, model))
            {
                return Level(i);
            }
        }

        return null;
    }

    private static uint Bit(ExclusionReason reason) => 1U << (int)reason;

    private static uint ConditionsOf(RoutePreferences level) =>
        !level.HasConditions ? 0
        : (level.Only is { Count: > 0 } ? Bit(ExclusionReason.Only) : 0)
            | (level.Ignore is { Count: > 0 } ? Bit(ExclusionReason.Ignore) : 0)
            | (level.RequireParameters ? Bit(ExclusionReason.Parameters) : 0)
            | (level.OnlyModels is { Count: > 0 } ? Bit(ExclusionReason.AllowedModels) : 0)
            | (level.IgnoreModels is { Count: > 0 } ? Bit(ExclusionReason.IgnoredModels) : 0)
            | (level.DataCollectionDeny || level.DenyPaidTraining || level.DenyFreeTraining ? Bit(ExclusionReason.DataCollection) : 0)
            | (level.Zdr || level.ZdrOf != ModelAuthors.None ? Bit(ExclusionReason.Zdr) : 0)
            | (level.DataRegions is { Count: > 0 } ? Bit(ExclusionReason.DataRegion) : 0)
            | (level.EnforceDistillableText ? Bit(ExclusionReason.Distillable) : 0)
            | (level.Quantizations is { Count: > 0 } ? Bit(ExclusionReason.Quantization) : 0)
            | (level.MaxPrice is not null ? Bit(ExclusionReason.MaxPrice) : 0);

    /// <summary>What <c>require_parameters</c> requires. A JSON schema needs structured outputs, not only JSON.</summary>
    private static Parameters Required(ref readonly RouteRequest request) => Normalized(request.WantsJsonSchema
        ? (request.Used & ~Parameters.ResponseFormat) | Parameters.StructuredOutputs
        : request.Used);

    private RoutePreferences Level(int index) => index < 0 ? _preferences! : _preferences!.Ceilings[index];

    private bool IsFlexOnly(Model model)
    {
        if (_request.Tier != TierWish.Flex)
        {
            return false;
        }

        foreach (var endpoint in model.Endpoints)
        {
            if (endpoint is { ServiceTier: ServiceTier.Flex, Routable: true })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Leaves only endpoints that honour the parameter, where at least one does.</summary>
    private static void Prefer(
        Parameters parameter, Model model, ReadOnlySpan<KeyedEndpoint> keyed, Span<ExclusionReason> reasons)
    {
        if (parameter == Parameters.None)
        {
            return;
        }

        var some = false;
        for (var i = 0; i < reasons.Length && !some; i++)
        {
            some = reasons[i] == ExclusionReason.None && (EndpointAt(i, model, keyed).Supported & parameter) != 0;
        }

        for (var i = 0; i < reasons.Length && some; i++)
        {
            if (reasons[i] == ExclusionReason.None && (EndpointAt(i, model, keyed).Supported & parameter) == 0)
            {
                reasons[i] = ExclusionReason.PreferredParameters;
            }
        }
    }

    private static Endpoint EndpointAt(int place, Model model, ReadOnlySpan<KeyedEndpoint> keyed) =>
        model.Endpoints[place < model.Endpoints.Length ? place : keyed[place - model.Endpoints.Length].Endpoint];

    private bool IsDisplaced(Endpoint endpoint, Model model)
    {
        for (var k = 0; k < _request.OwnKeys.Count; k++)
        {
            if (_request.OwnKeys[k] is var key && key.Provider == endpoint.Provider.Slug && key.Displaces(model))
            {
                return true;
            }
        }

        return false;
    }

    private ExclusionReason First(Endpoint endpoint, in ResolvedModel resolved, bool flexOnly, ByokRoute? key = null)
    {
        for (var rest = _active; rest != 0; rest &= rest - 1)
        {
            var reason = (ExclusionReason)BitOperations.TrailingZeroCount(rest);
            if (key is not null && Decides(key, reason) is { } passes)
            {
                if (passes)
                {
                    continue;
                }

                return reason;
            }

            if (Fails(reason, endpoint, in resolved, flexOnly))
            {
                return reason == ExclusionReason.NotRoutable ? WhyNot(endpoint) : reason;
            }
        }

        return ExclusionReason.None;
    }

    // What depends on whose account it is: whether it passes, or null where the endpoint itself decides.
    private static bool? Decides(ByokRoute key, ExclusionReason reason) => reason switch
    {
        ExclusionReason.NotRoutable => true,
        ExclusionReason.Zdr => key.DeclaredZdr,
        _ => null,
    };

    private bool Fails(ExclusionReason reason, Endpoint endpoint, in ResolvedModel resolved, bool flexOnly)
    {
        switch (reason)
        {
            case ExclusionReason.ServiceTier:
                return flexOnly ? endpoint.ServiceTier != ServiceTier.Flex
                    : endpoint.ServiceTier != ServiceTier.Default && !IsAskedFor(endpoint, resolved.Sort);
            case ExclusionReason.Order:
                return EndpointName.IndexIn(_preferences!.Order!, endpoint) < 0;
            case ExclusionReason.Modality:
                return (_request.Input & ~endpoint.Input) != 0 || (_request.Output & ~endpoint.Output) != 0;
            case ExclusionReason.Tools:
                return (endpoint.Supported & Parameters.Tools) == 0;
            case ExclusionReason.Parameters:
                return (_required & ~Normalized(endpoint.Supported)) != 0;
            case ExclusionReason.MaxPrice:
                return !_limits.Allow(endpoint.Prices.ForPrompt(_request.EstimatedPromptTokens));
            case ExclusionReason.NotFree:
                return resolved.FreeOnly && !IsFree(endpoint.Prices);
            case ExclusionReason.NotRoutable:
                return !endpoint.Routable;
            case ExclusionReason.ContextLength:
                return (endpoint.ContextLength ?? resolved.Model.ContextLength) is { } context && _tokens > context;
            case ExclusionReason.MaxOutput:
                return _request.MaxOutputTokens > endpoint.MaxOutputTokens;
            default:
                return LevelOf(reason, endpoint, resolved.Model) is not null;
        }
    }

    /// <summary>Whether one level's condition keeps the endpoint out.</summary>
    private bool FailsAt(RoutePreferences level, ExclusionReason reason, Endpoint endpoint, Model model) => reason switch
    {
        ExclusionReason.Only => level.Only is { Count: > 0 } only && EndpointName.IndexIn(only, endpoint) < 0,
        ExclusionReason.Ignore => level.Ignore is { Count: > 0 } ignore && EndpointName.IsAnywhereIn(ignore, endpoint),
        ExclusionReason.Parameters => level.RequireParameters && (_required & ~Normalized(endpoint.Supported)) != 0,
        ExclusionReason.AllowedModels =>
            level.OnlyModels is { Count: > 0 } names && !ModelGroup.IsIn(names, model, IsFree(endpoint.Prices)),
        ExclusionReason.IgnoredModels =>
            level.IgnoreModels is { Count: > 0 } names && ModelGroup.IsIn(names, model, IsFree(endpoint.Prices)),
        ExclusionReason.DataCollection => endpoint.Provider.Policy.TrainsOnPrompts != false
            && (level.DataCollectionDeny || (IsFree(endpoint.Prices) ? level.DenyFreeTraining : level.DenyPaidTraining)),
        ExclusionReason.Zdr => !endpoint.Provider.Policy.Zdr && (level.Zdr || (level.ZdrOf & ModelGroup.Of(model)) != 0),
        ExclusionReason.DataRegion => level.DataRegions is { Count: > 0 } regions && !DataRegion.IsIn(regions, endpoint),
        ExclusionReason.Distillable => level.EnforceDistillableText && model.Distillable != true,
        ExclusionReason.Quantization =>
            level.Quantizations is { Count: > 0 } formats && !HasFormat(formats, endpoint.Quantization ?? "unknown"),
        ExclusionReason.MaxPrice => level.MaxPrice is { } ceiling
            && !new PriceLimits(ceiling).Allow(endpoint.Prices.ForPrompt(_request.EstimatedPromptTokens)),
        _ => false,
    };

    /// <summary>Whether the request asks for the endpoint's tier: by <c>service_tier</c>, by the tier's slug in
    /// <c>order</c> or <c>only</c>, or by the model's variant.</summary>
    private bool IsAskedFor(Endpoint endpoint, RouteSort? variant)
    {
        if (endpoint.ServiceTier == ServiceTier.Flex ? _request.Tier == TierWish.Flex : _request.Tier == TierWish.Priority)
        {
            return true;
        }

        var order = _preferences?.Order;
        if ((order is { Count: > 0 } && EndpointName.IndexIn(order, endpoint) >= 0)
            || (_preferences?.Only is { Count: > 0 } only && EndpointName.IndexIn(only, endpoint) >= 0))
        {
            return true;
        }

        return _request.Tier != TierWish.Default && order is not { Count: > 0 }
            && variant == (endpoint.ServiceTier == ServiceTier.Flex ? RouteSort.Price : RouteSort.Throughput);
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

    /// <summary>One name for what the gateway can say by another: it sends whichever output limit the endpoint knows, makes
    /// an effort of <c>reasoning</c> and back, and leaves reasoning out of an answer itself.</summary>
    private static Parameters Normalized(Parameters set)
    {
        if ((set & Parameters.MaxCompletionTokens) != 0)
        {
            set = (set & ~Parameters.MaxCompletionTokens) | Parameters.MaxTokens;
        }

        return (set & (Parameters.ReasoningEffort | Parameters.IncludeReasoning)) == 0
            ? set
            : (set & ~(Parameters.ReasoningEffort | Parameters.IncludeReasoning)) | Parameters.Reasoning;
    }
}
