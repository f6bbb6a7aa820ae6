using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>An account of Amazon Bedrock: an API key
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html), or a JSON object with <c>accessKeyId</c>,
/// <c>secretAccessKey</c> and <c>region</c>.</summary>
internal static class AwsAccount
{
    private const string DefaultRegion = "us-east-1";

    public static ProviderAccount? Parse(string text, out string? fault)
    {
        fault = null;
        if (!text.StartsWith('{'))
        {
            fault = AccountText.IsKey(text) ? null : "must be one key, without spaces and line ends.";
            return fault is null ? new ProviderAccount { ApiKey = text, Auth = "bearer", AddressValues = At(DefaultRegion) } : null;
        }

        using var document = AccountText.Open(text);
        var root = document.RootElement;
        var region = AccountText.Member(root, "region") ?? DefaultRegion;
        if (!AccountText.IsLabel(region))
        {
            fault = "has a 'region' that is none: such as us-east-1.";
            return null;
        }

        if (AccountText.Member(root, "accessKeyId") is not { } id || AccountText.Member(root, "secretAccessKey") is not { } secret)
        {
            fault = "needs the members accessKeyId, secretAccessKey and region.";
            return null;
        }

        return new ProviderAccount
        {
            AuthSettings = new AuthSettings
            {
                Region = region,
                AccessKeyId = id,
                SecretAccessKey = secret,
                SessionToken = AccountText.Member(root, "sessionToken"),
            },
            AddressValues = At(region),
        };
    }

    private static Dictionary<string, string> At(string region) => new(StringComparer.Ordinal) { ["region"] = region };
}
