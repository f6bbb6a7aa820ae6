using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Accounts of Azure: a JSON array (or a single object) whose elements name a resource with <c>api_key</c>,
/// <c>resource_name</c> and <c>resource_type</c> (<c>openai</c> or <c>ai_foundry</c>), or one deployment with
/// <c>model_slug</c>, <c>endpoint_url</c>, <c>api_key</c> and <c>model_id</c>.</summary>
internal static class AzureAccount
{
    private const int Most = 100;

    // Whoever names another host would be sent keys, prompts and our address.
    private static readonly string[] Hosts =
        [".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com", ".models.ai.azure.com"];

    public static IReadOnlyList<ProviderAccount>? Parse(string text, out string? fault)
    {
        if (text[0] is not ('[' or '{'))
        {
            return AccountText.Refuse(
                "must be a JSON array of objects with api_key, resource_name and resource_type, or with model_slug, endpoint_url, api_key and model_id.",
                out fault);
        }

        using var document = AccountText.Open(text);
        var root = document.RootElement;
        var accounts = new List<ProviderAccount>();
        var general = new List<ProviderAccount>();
        fault = root.ValueKind == JsonValueKind.Array && root.GetArrayLength() is 0 or > Most
            ? $"must have 1 to {Most} elements."
            : null;
        var number = 0;
        foreach (var element in root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root])
        {
            if (Read(element, out var reason) is { } account)
            {
                (account.ModelSlug is null ? general : accounts).Add(account);
            }
            else
            {
                fault ??= $"[{number}] {reason}";
            }

            number++;
        }

        accounts.AddRange(general);
        return fault is null ? accounts : null;

        ProviderAccount? Read(JsonElement element, out string? reason) =>
            AccountText.Member(element, "api_key") is not { } key || !AccountText.IsKey(key) ? Wrong("has no 'api_key'.", out reason)
            : AccountText.Member(element, "endpoint_url") is { } address ? Deployment(element, key, address, out reason)
            : Resource(element, key, out reason);
    }

    private static ProviderAccount? Resource(JsonElement element, string key, out string? reason)
    {
        if (AccountText.Member(element, "resource_name") is not { } name || !AccountText.IsLabel(name))
        {
            return Wrong("needs a 'resource_name' of lower-case letters, digits and hyphens.", out reason);
        }

        var type = AccountText.Member(element, "resource_type") ?? "openai";
        if (type is not ("openai" or "ai_foundry"))
        {
            return Wrong("has a 'resource_type' that is neither openai nor ai_foundry.", out reason);
        }

        reason = null;
        return new ProviderAccount
        {
            ApiKey = key,
            AddressValues = new Dictionary<string, string>(StringComparer.Ordinal) { ["resource"] = name },
            BaseUrl = type == "ai_foundry" ? new Uri($"https://{name}.services.ai.azure.com/openai/v1/") : null,
        };
    }

    private static ProviderAccount? Deployment(JsonElement element, string key, string address, out string? reason)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps || !uri.IsDefaultPort
            || uri.UserInfo.Length > 0 || !Array.Exists(Hosts, host => uri.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase)))
        {
            return Wrong("has an 'endpoint_url' that is no https address of an Azure resource.", out reason);
        }

        if (AccountText.Member(element, "model_slug") is not { } slug || AccountText.Member(element, "model_id") is not { } model)
        {
            return Wrong("needs 'model_slug' and 'model_id' besides 'endpoint_url'.", out reason);
        }

        reason = null;
        return new ProviderAccount
        {
            ApiKey = key,
            BaseUrl = new Uri($"https://{uri.Host}/openai/v1/"),
            ModelSlug = slug,
            UpstreamModel = model,
        };
    }

    private static ProviderAccount? Wrong(string text, out string? reason)
    {
        reason = text;
        return null;
    }
}
