using System.Globalization;
using System.Text;
using Patchbay.Core;

namespace Patchbay.Routing;

/// <summary>Says in a sentence why a request cannot be routed, and what would help.</summary>
internal static class RouteRefusal
{
    private const int NamesShown = 4;

    /// <summary>No model of the request is in the catalogue.</summary>
    public static GatewayError UnknownModel(IReadOnlyList<string> models)
    {
        if (models.Count == 0)
        {
            return new GatewayError(GatewayErrorKind.InvalidRequest, "The request names no model.") { Parameter = "model" };
        }

        if (models.Count == 1)
        {
            return new GatewayError(GatewayErrorKind.ModelNotFound, $"'{models[0]}' is not a valid model ID")
            {
                Parameter = "model",
                Availability = new Availability("model_not_found", Retryable: false, [models[0]]),
            };
        }

        var names = new List<string>(models.Count);
        for (var i = 0; i < models.Count; i++)
        {
            names.Add($"'{models[i]}'");
        }

        return new GatewayError(GatewayErrorKind.ModelNotFound, $"{Join(names, ", ")} are not valid model IDs")
        {
            Parameter = "models",
            Availability = new Availability("model_not_found", Retryable: false, [.. models]),
        };
    }

    /// <summary>Every endpoint has asked us to wait.</summary>
    public static GatewayError AllCooling(
        ReadOnlySpan<ResolvedModel> models, int endpoints, TimeSpan wait, ByokRoute? onlyKey)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var whom = endpoints == 1 ? "The only endpoint" : string.Create(CultureInfo.InvariantCulture, $"All {endpoints} endpoints");
        if (onlyKey is not null)
        {
            return new GatewayError(
                GatewayErrorKind.ProviderRateLimited,
                $"The provider of {Slugs(models)} asked your own key {onlyKey.Id} (BYOK) for a pause; try again in {seconds} s")
            {
                RetryAfter = wait,
                Availability = new Availability("temporarily_unavailable", Retryable: true, SlugList(models)),
            };
        }

        return new GatewayError(
            GatewayErrorKind.NoHealthyProvider,
            $"{whom} of {Slugs(models)} asked for a pause; try again in {seconds} s")
        {
            RetryAfter = wait,
            Availability = new Availability("temporarily_unavailable", Retryable: true, SlugList(models)),
        };
    }

    /// <summary>No endpoint passes the filters.</summary>
    public static GatewayError NoEndpoints(
        ref readonly RouteRequest request, ReadOnlySpan<ResolvedModel> models, List<EndpointVerdict> verdicts)
    {
        if (Count(verdicts, ExclusionReason.MaxOutput) > 0)
        {
            return OutputTooLong(in request, verdicts);
        }

        if (Count(verdicts, ExclusionReason.ContextLength) > 0)
        {
            return ContextTooLong(in request, verdicts);
        }

        var parts = new List<string>();
        string? parameter = null;
        var filter = new EndpointFilter(in request);
        for (var reason = ExclusionReason.None + 1; reason <= ExclusionReason.NotRoutable; reason++)
        {
            // Endpoints of service tiers that nobody asked for are no news.
            var isNews = reason != ExclusionReason.ServiceTier || request.Tier == TierWish.Flex;
            foreach (var (level, those) in isNews ? ByLevel(filter, reason, verdicts) : [])
            {
                parameter = parts.Count == 0 ? ParameterOf(reason, level) : null;
                parts.Add(Describe(reason, those.Count, level, those));
            }
        }

        if (parts.Count == 0)
        {
            parts.Add("no provider in the catalogue serves it");
        }

        var nearest = Relaxation.Nearest(in request, models);
        var advice = nearest is { } change ? $". Nearest change: {change.Advice}" : "";
        return new GatewayError(
            GatewayErrorKind.NoEndpoints, $"No endpoints found for {Slugs(models)}: {Join(parts, "; ")}{advice}")
        {
            Parameter = parameter,
            Availability = Availabilities.Of(in request, SlugList(models), verdicts, nearest),
        };
    }

    /// <summary>The verdicts of one reason, by the level whose condition it is.</summary>
    private static List<(RoutePreferences? Level, List<EndpointVerdict> Verdicts)> ByLevel(
        scoped in EndpointFilter filter, ExclusionReason reason, List<EndpointVerdict> verdicts)
    {
        var groups = new List<(RoutePreferences? Level, List<EndpointVerdict> Verdicts)>();
        foreach (var verdict in verdicts)
        {
            if (verdict.Reason != reason)
            {
                continue;
            }

            var level = filter.LevelOf(reason, verdict.Endpoint, verdict.Model);
            var group = groups.FindIndex(other => ReferenceEquals(other.Level, level));
            if (group < 0)
            {
                group = groups.Count;
                groups.Add((level, []));
            }

            groups[group].Verdicts.Add(verdict);
        }

        return groups;
    }

    private static GatewayError ContextTooLong(ref readonly RouteRequest request, List<EndpointVerdict> verdicts)
    {
        var longest = 0;
        var slug = "";
        foreach (var verdict in verdicts)
        {
            if (verdict.Reason == ExclusionReason.ContextLength
                && (verdict.Endpoint.ContextLength ?? verdict.Model.ContextLength ?? 0) is var context
                && context >= longest)
            {
                longest = context;
                slug = verdict.Model.Slug;
            }
        }

        var output = request.MaxOutputTokens ?? 0;
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"The maximum context length of {slug} is {longest} tokens, but the request needs about {request.EstimatedPromptTokens + output} tokens ({request.EstimatedPromptTokens} of prompt and {output} of output); shorten the prompt or lower max_tokens");
        return new GatewayError(GatewayErrorKind.ContextLengthExceeded, message)
        {
            Parameter = request.EstimatedPromptTokens > longest ? "messages" : "max_tokens",
        };
    }

    private static GatewayError OutputTooLong(ref readonly RouteRequest request, List<EndpointVerdict> verdicts)
    {
        var longest = 0;
        var slug = "";
        foreach (var verdict in verdicts)
        {
            if (verdict.Reason == ExclusionReason.MaxOutput && verdict.Endpoint.MaxOutputTokens is { } tokens && tokens >= longest)
            {
                longest = tokens;
                slug = verdict.Model.Slug;
            }
        }

        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"The maximum output of {slug} is {longest} tokens, but max_tokens asks for {request.MaxOutputTokens}");
        return new GatewayError(GatewayErrorKind.ContextLengthExceeded, message) { Parameter = "max_tokens" };
    }

    private static string Describe(
        ExclusionReason reason, int count, RoutePreferences? level, List<EndpointVerdict> verdicts)
    {
        var field = PreferenceName.Of(level, reason);
        var one = count == 1;
        var endpoints = one ? "1 endpoint" : string.Create(CultureInfo.InvariantCulture, $"{count} endpoints");
        var are = one ? "is" : "are";
        var have = one ? "has" : "have";
        var doNot = one ? "does not" : "do not";
        return reason switch
        {
            ExclusionReason.ServiceTier => $"{endpoints} {are} not of the service tier flex",
            ExclusionReason.AllowedModels => $"{endpoints} {are} of a model that {field} does not name",
            ExclusionReason.IgnoredModels => $"{endpoints} {are} of a model that is in {field}",
            ExclusionReason.Only =>
                $"{endpoints} ({Join(Tags(verdicts, reason), ", ")}) {are} not in {field}, which permits only {Join(level?.Only ?? [], ", ")}",
            ExclusionReason.Ignore => $"{endpoints} {are} in {field}",
            ExclusionReason.Order => $"{endpoints} {are} not in provider.order, and provider.allow_fallbacks is false",
            ExclusionReason.Modality => $"{endpoints} {doNot} take or give the kinds of content that the request wants",
            ExclusionReason.Tools => $"{endpoints} {doNot} support tools",
            ExclusionReason.Parameters =>
                $"{endpoints} {doNot} support every parameter of the request ({field})",
            ExclusionReason.DataCollection => $"{endpoints} may train on prompts ({(level is { IsGuardrail: true } ? $"{field} is false" : $"{field} is deny")})",
            ExclusionReason.Zdr => $"{endpoints} {have} no zero data retention ({field})",
            ExclusionReason.DataRegion =>
                $"{endpoints} {are} not known to process requests in {Choice([.. level?.DataRegions ?? []])} ({field})",
            ExclusionReason.Distillable =>
                $"{endpoints} {(one ? "is of a model that is" : "are of models that are")} not known to allow distillation ({field})",
            ExclusionReason.Quantization => $"{endpoints} {have} another number format ({field})",
            ExclusionReason.MaxPrice => $"{endpoints} {are} above {field}",
            ExclusionReason.NotFree => $"{endpoints} {are} not free",
            ExclusionReason.NotSpoken =>
                $"{endpoints} {(one ? "speaks" : "speak")} an API that this release does not ({Choice(Protocols(verdicts))})",
            ExclusionReason.OwnKeyOnly => $"{endpoints} {are} reserved for an own key (BYOK), which cannot be used here",
            ExclusionReason.NotPriced =>
                $"{endpoints} {have} no known price or model id (give model and price of {Choice(Slugs(verdicts, reason))} in the configuration file)",
            _ => $"{endpoints} {have} no provider key ({KeyAdvice(verdicts)})",
        };
    }

    private static string? ParameterOf(ExclusionReason reason, RoutePreferences? level)
    {
        var field = PreferenceName.Of(level, reason);
        return reason switch
        {
            _ when level is { IsGuardrail: true } => reason is ExclusionReason.AllowedModels or ExclusionReason.IgnoredModels ? "model" : null,
            ExclusionReason.ServiceTier => "service_tier",
            ExclusionReason.Only => field,
            ExclusionReason.Ignore => field,
            ExclusionReason.Order => "provider.order",
            ExclusionReason.Modality => "messages",
            ExclusionReason.Tools => "tools",
            ExclusionReason.Parameters => field,
            ExclusionReason.DataCollection => field,
            ExclusionReason.Zdr => field,
            ExclusionReason.DataRegion => field,
            ExclusionReason.Distillable => field,
            ExclusionReason.Quantization => field,
            ExclusionReason.MaxPrice => field,
            ExclusionReason.NotFree => "model",
            _ => null,
        };
    }

    /// <summary>What makes the unroutable endpoints callable: a key by its environment variable, or an entry in the
    /// file.</summary>
    private static string KeyAdvice(List<EndpointVerdict> verdicts)
    {
        var variables = new List<string>();
        var slugs = new List<string>();
        foreach (var verdict in verdicts)
        {
            var provider = verdict.Endpoint.Provider;
            if (verdict.Reason != ExclusionReason.NotRoutable)
            {
                continue;
            }

            List<string> needed = [.. provider.MissingSettings];
            if (provider is { HasCredential: false, ApiKeyEnv: [var variable, ..] } && (provider.HasAddress || needed.Count > 0))
            {
                needed.Add(variable);
            }

            if (needed.Count > 0)
            {
                Add(variables, Join(needed, " and "));
            }
            else
            {
                Add(slugs, provider.Slug);
            }
        }

        if (variables.Count == 0)
        {
            return $"give the key and address of {Choice(slugs)} in the configuration file";
        }

        return $"set {Choice(variables)}";
    }

    private static List<string> Protocols(List<EndpointVerdict> verdicts)
    {
        var protocols = new List<string>();
        foreach (var verdict in verdicts)
        {
            if (verdict.Reason == ExclusionReason.NotSpoken)
            {
                Add(protocols, verdict.Endpoint.Provider.Protocol);
            }
        }

        return protocols;
    }

    private static List<string> Slugs(List<EndpointVerdict> verdicts, ExclusionReason reason)
    {
        var slugs = new List<string>();
        foreach (var verdict in verdicts)
        {
            if (verdict.Reason == reason)
            {
                Add(slugs, verdict.Endpoint.Provider.Slug);
            }
        }

        return slugs;
    }

    private static void Add(List<string> names, string name)
    {
        if (!names.Contains(name))
        {
            names.Add(name);
        }
    }

    private static List<string> Tags(List<EndpointVerdict> verdicts, ExclusionReason reason)
    {
        var tags = new List<string>();
        foreach (var verdict in verdicts)
        {
            if (verdict.Reason != reason || tags.Contains(verdict.Endpoint.Tag))
            {
                continue;
            }

            if (tags.Count == NamesShown)
            {
                tags.Add("…");
                break;
            }

            tags.Add(verdict.Endpoint.Tag);
        }

        return tags;
    }

    private static string Choice(List<string> names)
    {
        if (names.Count == 1)
        {
            return names[0];
        }

        return names.Count <= NamesShown
            ? $"{Join(names[..^1], ", ")} or {names[^1]}"
            : $"{Join(names[..NamesShown], ", ")} or one of {names.Count - NamesShown} others";
    }

    private static int Count(List<EndpointVerdict> verdicts, ExclusionReason reason)
    {
        var count = 0;
        foreach (var verdict in verdicts)
        {
            count += verdict.Reason == reason ? 1 : 0;
        }

        return count;
    }

    private static string Slugs(ReadOnlySpan<ResolvedModel> models) => Join(SlugList(models), ", ");

    private static List<string> SlugList(ReadOnlySpan<ResolvedModel> models)
    {
        var slugs = new List<string>(models.Length);
        foreach (ref readonly var model in models)
        {
            Add(slugs, model.FreeOnly ? model.Model.Slug + ":free" : model.Model.Slug);
        }

        return slugs;
    }

    private static string Join(IReadOnlyList<string> parts, string separator)
    {
        var text = new StringBuilder();
        for (var i = 0; i < parts.Count; i++)
        {
            text.Append(i == 0 ? "" : separator).Append(parts[i]);
        }

        return text.ToString();
    }
}
