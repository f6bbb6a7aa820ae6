using System.Collections.Immutable;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary>The members that making and changing a guardrail have in common.</summary>
internal static class GuardrailBody
{
    /// <summary>The longest name.</summary>
    public const int LongestName = 200;

    private const int LongestDescription = 1000;
    private const int MostNames = 500;
    private const int LongestSlug = 256;

    // A free model's slug may say so.
    private const string Free = ":free";

    /// <summary>The guardrail with the members that the body has in place of its own.</summary>
    public static Guardrail Read(JsonBody body, Guardrail guardrail, CatalogSnapshot catalog)
    {
        var limit = body.Dollars("limit_usd");
        var changed = guardrail with
        {
            Description = body.TextOrNull("description", LongestDescription).Or(guardrail.Description),
            Limit = limit.Or(guardrail.Limit),
            Reset = body.Interval("reset_interval").Or(guardrail.Reset),
            IncludesByok = body.Flag("include_byok_in_budgets").Or(guardrail.IncludesByok),
            Policy = ReadPolicy(body, guardrail.Policy, catalog),
        };
        if (changed.Limit <= Money.Zero)
        {
            body.Refuse("limit_usd", "must be greater than 0, or null.");
        }

        if (changed.Limit is null != (changed.Reset == ResetInterval.Never))
        {
            body.Refuse(
                limit.IsPresent ? "limit_usd" : "reset_interval",
                "must be given together with the other: limit_usd and reset_interval are both set or both null.");
        }

        RefuseUnbuilt(body);
        return changed;
    }

    private static GuardrailPolicy ReadPolicy(JsonBody body, GuardrailPolicy policy, CatalogSnapshot catalog)
    {
        var zdr = body.FlagOrNull("enforce_zdr");
        return policy with
        {
            AllowedModels = Models(body, "allowed_models", policy.AllowedModels, catalog),
            IgnoredModels = Models(body, "ignored_models", policy.IgnoredModels, catalog),
            AllowedProviders = Providers(body, "allowed_providers", policy.AllowedProviders, catalog),
            IgnoredProviders = Providers(body, "ignored_providers", policy.IgnoredProviders, catalog),
            AllowedDataRegions = Regions(body, policy.AllowedDataRegions),
            Zdr = zdr.Or(policy.Zdr),
            ZdrAnthropic = Zdr(body, "enforce_zdr_anthropic", zdr, policy.ZdrAnthropic),
            ZdrGoogle = Zdr(body, "enforce_zdr_google", zdr, policy.ZdrGoogle),
            ZdrOpenAi = Zdr(body, "enforce_zdr_openai", zdr, policy.ZdrOpenAi),
            ZdrOther = Zdr(body, "enforce_zdr_other", zdr, policy.ZdrOther),
            ZdrXai = Zdr(body, "enforce_zdr_xai", zdr, policy.ZdrXai),
            PaidTraining = body.FlagOrNull("enable_paid_model_training").Or(policy.PaidTraining),
            FreeTraining = body.FlagOrNull("enable_free_model_training").Or(policy.FreeTraining),
            FreePublication = Publication(body, policy.FreePublication),
        };
    }

    // What is said for all counts where nothing is said apart.
    private static bool? Zdr(JsonBody body, string name, Optional<bool?> all, bool? before)
    {
        var own = body.FlagOrNull(name);
        return own.IsPresent ? own.Value ?? all.Or(null) : all.Or(before);
    }

    private static bool? Publication(JsonBody body, bool? before)
    {
        var wanted = body.FlagOrNull("enable_free_model_publication");
        if (wanted.Value == false)
        {
            body.Refuse(
                "enable_free_model_publication", "cannot be false: this server does not know which endpoints publish prompts.");
        }

        return wanted.Or(before);
    }

    private static NameList? Regions(JsonBody body, NameList? before)
    {
        var list = body.TextsOrNull("allowed_data_regions", 1, 3, 16, static name => name is "global" or "europe" or "us");
        if (list.Value is { } names && !names.Contains("global"))
        {
            body.Refuse("allowed_data_regions", "must contain 'global', or be null: this server has no host names for regions.");
        }

        return list.IsPresent ? Of(list.Value) : before;
    }

    private static NameList? Models(JsonBody body, string name, NameList? before, CatalogSnapshot catalog)
    {
        var list = body.TextsOrNull(name, 1, MostNames, LongestSlug, null);
        if (list.Value is not { } slugs)
        {
            return list.IsPresent ? null : before;
        }

        var found = new List<string>(slugs.Count);
        foreach (var slug in slugs)
        {
            var suffix = slug.EndsWith(Free, StringComparison.Ordinal) ? Free : "";
            if (catalog.TryGetModel(slug.AsSpan(0, slug.Length - suffix.Length), out var model))
            {
                Add(found, model.CanonicalSlug + suffix);
            }
            else if (before?.Names.Contains(slug) == true)
            {
                // Programs send back what they have read, also of a model that is gone.
                Add(found, slug);
            }
            else
            {
                body.Refuse(name, $"names no model of this server: there is no '{JsonBody.Shown(slug)}'.");
            }
        }

        return Of(found);
    }

    private static NameList? Providers(JsonBody body, string name, NameList? before, CatalogSnapshot catalog)
    {
        var list = body.TextsOrNull(name, 1, MostNames, LongestSlug, null);
        if (list.Value is not { } slugs)
        {
            return list.IsPresent ? null : before;
        }

        var found = new List<string>(slugs.Count);
        foreach (var slug in slugs)
        {
            if (catalog.TryGetProvider(slug, out var provider))
            {
                Add(found, provider.Slug);
            }
            else if (before?.Names.Contains(slug) == true)
            {
                Add(found, slug);
            }
            else
            {
                body.Refuse(name, $"names no provider of this server: there is no '{JsonBody.Shown(slug)}'.");
            }
        }

        return Of(found);
    }

    private static void Add(List<string> names, string name)
    {
        if (!names.Contains(name))
        {
            names.Add(name);
        }
    }

    private static NameList? Of(IReadOnlyList<string>? names) => names is null ? null : new NameList([.. names]);

    // What would have no effect is not kept. What is already so may be said.
    private static void RefuseUnbuilt(JsonBody body)
    {
        foreach (var name in (string[])["content_filters", "content_filter_builtins"])
        {
            if (body.ListOrNull(name).Or(0) > 0)
            {
                body.Refuse(name, "cannot be set: this server does not filter content. It must be null or empty.");
            }
        }
    }
}
