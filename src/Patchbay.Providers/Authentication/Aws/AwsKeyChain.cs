using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Finds AWS keys in the order of AWS's own tools
/// (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html): the operator's keys or profile, the
/// environment, a web identity, the profile of the shared files, the container's agent, the machine's role.</summary>
internal sealed class AwsKeyChain(AuthSettings settings, Uri address) : TokenSource<SigV4Signer>
{
    private const string DefaultService = "bedrock";

    // A service of its own, with permissions of its own: https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html
    private const string MantleService = "bedrock-mantle";

    private const string DefaultProfile = "default";
    private const int MostProfiles = 5;

    public override async Task<Token<SigV4Signer>> FetchAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        var profiles = await SharedProfiles.ReadAsync(context, cancellationToken);
        var profile = settings.Profile ?? context.Variable("AWS_PROFILE") ?? DefaultProfile;
        var region = settings.Region
            ?? AwsRegion.InHost(address.Host)
            ?? context.Variable("AWS_REGION")
            ?? context.Variable("AWS_DEFAULT_REGION")
            ?? profiles.Find(profile, "region")
            ?? throw new CredentialException(GatewayErrorKind.ProviderAuth,
                "The AWS region is not known: set 'credentials.region' or AWS_REGION.");
        var keys = await FindAsync(context, profiles, profile, region, cancellationToken);
        return new Token<SigV4Signer>(
            new SigV4Signer(keys.Value, region, settings.Service ?? ServiceOf(address.Host)), keys.ExpiresAt);
    }

    private static string ServiceOf(string host) =>
        host.StartsWith(MantleService + ".", StringComparison.OrdinalIgnoreCase) ? MantleService : DefaultService;

    private async Task<Token<AwsKeys>> FindAsync(
        CredentialContext context, SharedProfiles profiles, string profile, string region, CancellationToken cancellationToken)
    {
        if (settings is { AccessKeyId: { } id, SecretAccessKey: { } secret })
        {
            return Lasting(id, secret, settings.SessionToken);
        }

        if (settings.Profile is null)
        {
            if (FromEnvironment(context) is { } keys)
            {
                return keys;
            }

            if (context.Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && context.Variable("AWS_ROLE_ARN") is { } role)
            {
                return await AwsTokens.AssumeByWebIdentityAsync(
                    context, region, role, file, context.Variable("AWS_ROLE_SESSION_NAME"), cancellationToken);
            }
        }

        if (profiles.Has(profile))
        {
            if (await FromProfileAsync(context, profiles, profile, region, 1, cancellationToken) is { } keys)
            {
                return keys;
            }
        }
        else if (settings.Profile is not null || context.Variable("AWS_PROFILE") is not null)
        {
            throw new CredentialException(GatewayErrorKind.ProviderAuth,
                $"The AWS profile '{profile}' is not in the shared config and credentials files.");
        }

        return (settings.Profile is null ? await AwsTokens.AskContainerAsync(context, cancellationToken) : null)
            ?? (settings.Profile is null ? await AwsTokens.AskMachineAsync(context, cancellationToken) : null)
            ?? throw new CredentialException(GatewayErrorKind.ProviderAuth, settings.Profile is null
                ? "No AWS credentials were found: not in the configuration, the environment, a web identity, the profile "
                    + $"'{profile}', the container or the machine's metadata service."
                : $"The AWS profile '{profile}' has no credentials.");
    }

    private static async Task<Token<AwsKeys>?> FromProfileAsync(
        CredentialContext context, SharedProfiles profiles, string profile, string region, int depth,
        CancellationToken cancellationToken)
    {
        if (depth > MostProfiles)
        {
            throw new CredentialException(GatewayErrorKind.ProviderAuth,
                $"The AWS profile '{profile}' leads through more than {MostProfiles} profiles.");
        }

        if (profiles.Find(profile, "role_arn") is { } role && !(depth > 1 && HasKeys(profiles, profile)))
        {
            var session = profiles.Find(profile, "role_session_name");
            if (profiles.Find(profile, "web_identity_token_file") is { } file)
            {
                return await AwsTokens.AssumeByWebIdentityAsync(context, region, role, file, session, cancellationToken);
            }

            var source = await SourceAsync(context, profiles, profile, region, depth, cancellationToken)
                ?? throw new CredentialException(GatewayErrorKind.ProviderAuth,
                    $"The AWS profile '{profile}' has a role_arn, but its source has no credentials.");
            return await AwsTokens.AssumeAsync(
                context, region, source.Value, role, profiles.Find(profile, "external_id"), session, cancellationToken);
        }

        if (profiles.Find(profile, "aws_access_key_id") is { } id && profiles.Find(profile, "aws_secret_access_key") is { } secret)
        {
            return Lasting(id, secret, profiles.Find(profile, "aws_session_token"));
        }

        foreach (var setting in (ReadOnlySpan<string>)["credential_process", "sso_session", "sso_account_id"])
        {
            if (profiles.Find(profile, setting) is not null)
            {
                throw new CredentialException(GatewayErrorKind.ProviderAuth,
                    $"The AWS profile '{profile}' uses {setting}, which is not supported; give keys, a role or a web identity.");
            }
        }

        return null;
    }

    private static async Task<Token<AwsKeys>?> SourceAsync(
        CredentialContext context, SharedProfiles profiles, string profile, string region, int depth,
        CancellationToken cancellationToken)
    {
        if (profiles.Find(profile, "source_profile") is { } source)
        {
            return await FromProfileAsync(context, profiles, source, region, depth + 1, cancellationToken);
        }

        return profiles.Find(profile, "credential_source") switch
        {
            "Environment" => FromEnvironment(context),
            "EcsContainer" => await AwsTokens.AskContainerAsync(context, cancellationToken),
            "Ec2InstanceMetadata" => await AwsTokens.AskMachineAsync(context, cancellationToken),
            _ => null,
        };
    }

    private static bool HasKeys(SharedProfiles profiles, string profile) =>
        profiles.Find(profile, "aws_access_key_id") is not null && profiles.Find(profile, "aws_secret_access_key") is not null;

    private static Token<AwsKeys>? FromEnvironment(CredentialContext context) =>
        context.Variable("AWS_ACCESS_KEY_ID") is { } id && context.Variable("AWS_SECRET_ACCESS_KEY") is { } secret
            ? Lasting(id, secret, context.Variable("AWS_SESSION_TOKEN"))
            : null;

    private static Token<AwsKeys> Lasting(string id, string secret, string? token) =>
        new(new AwsKeys(id, secret, token), DateTimeOffset.MaxValue);
}
