using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>An account of Vertex AI: the JSON of a service account's key
/// (https://cloud.google.com/iam/docs/keys-create-delete), to which <c>region</c> may be added.</summary>
internal static class GoogleAccount
{
    private const string TokenAddress = "https://oauth2.googleapis.com/token";

    public static ProviderAccount? Parse(string text, out string? fault)
    {
        using var document = AccountText.Open(text);
        var root = document.RootElement;
        var region = AccountText.Member(root, "region") ?? "global";
        var project = AccountText.Member(root, "project_id");
        fault = AccountText.Member(root, "type") != "service_account" || project is null
            || AccountText.Member(root, "private_key") is null || AccountText.Member(root, "client_email") is null
                ? "must be the JSON key of a service account, with type, project_id, private_key and client_email."
            : !AccountText.IsLabel(region) ? "has a 'region' that is none: such as us-central1 or global."
            : AccountText.Member(root, "token_uri") is { } address && address != TokenAddress
                ? $"has a 'token_uri' other than {TokenAddress}."
            : null;
        return fault is not null ? null : new ProviderAccount
        {
            AuthSettings = new AuthSettings { CredentialsJson = text },
            AddressValues = new Dictionary<string, string>(StringComparer.Ordinal) { ["location"] = region, ["project"] = project! },
        };
    }
}
