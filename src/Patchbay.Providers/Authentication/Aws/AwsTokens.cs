using System.Globalization;
using System.Text.Json;
using System.Xml;
using Patchbay.Core;

namespace Patchbay.Providers;

/// <summary>Temporary keys from the services that give them out.</summary>
internal static class AwsTokens
{
    private const string ContainerHost = "http://169.254.170.2";
    private const string DefaultMetadataAddress = "http://169.254.169.254";

    // The hosts that a container may be told to send its authorization to without encryption, beside loopback.
    // https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    private static readonly string[] ContainerHosts = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

    /// <summary>Keys from the container's agent (ECS, EKS); null when the variables name none.</summary>
    public static async Task<Token<AwsKeys>?> AskContainerAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        Uri? address;
        if (context.Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } relative)
        {
            address = new Uri(new Uri(ContainerHost), relative);
        }
        else if (context.Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") is not { } full)
        {
            return null;
        }
        else if (!Uri.TryCreate(full, UriKind.Absolute, out address) || !IsContainerHost(address))
        {
            throw new CredentialException(GatewayErrorKind.ProviderAuth,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither an https address nor that of a container's agent.");
        }

        var request = TokenRequest.Get(address);
        var authorization = context.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { } file
            ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim()
            : context.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        if (authorization is not null)
        {
            request.WithHeader("Authorization", authorization);
        }

        return ReadJson(await TokenService.AskAsync(context, request, cancellationToken), address);
    }

    /// <summary>Keys of the machine's role, by version 2 of the metadata service; null when there is no such service or the
    /// machine has no role. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    /// </summary>
    public static async Task<Token<AwsKeys>?> AskMachineAsync(CredentialContext context, CancellationToken cancellationToken)
    {
        if (string.Equals(context.Variable("AWS_EC2_METADATA_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var host = new Uri(context.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? DefaultMetadataAddress);
        var roles = new Uri(host, "/latest/meta-data/iam/security-credentials/");
        try
        {
            var session = await Ask(new Uri(host, "/latest/api/token"), HttpMethod.Put, "X-aws-ec2-metadata-token-ttl-seconds", "21600");
            var role = FirstLine(await Ask(roles, HttpMethod.Get, "X-aws-ec2-metadata-token", session));
            var address = new Uri(roles, Uri.EscapeDataString(role));
            return ReadJson(await AskBytes(address, HttpMethod.Get, "X-aws-ec2-metadata-token", session), address);
        }
        catch (CredentialException exception) when (
            exception.Kind == GatewayErrorKind.ProviderAuth || exception.InnerException is HttpRequestException or OperationCanceledException)
        {
            // Not a machine of EC2, or one without a role (404).
            return null;
        }

        async Task<string> Ask(Uri address, HttpMethod method, string header, string value) =>
            System.Text.Encoding.UTF8.GetString(await AskBytes(address, method, header, value)).Trim();

        Task<byte[]> AskBytes(Uri address, HttpMethod method, string header, string value) => TokenService.AskAsync(
            context,
            new TokenRequest(method, address) { Within = TimeSpan.FromSeconds(1), Tries = 2 }.WithHeader(header, value),
            cancellationToken);
    }

    /// <summary>Keys of a role, for a token that somebody else signed, such as Kubernetes.
    /// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html</summary>
    public static async Task<Token<AwsKeys>> AssumeByWebIdentityAsync(
        CredentialContext context, string region, string role, string tokenFile, string? session, CancellationToken cancellationToken)
    {
        var token = (await File.ReadAllTextAsync(tokenFile, cancellationToken)).Trim();
        var request = Sts(context, region, "AssumeRoleWithWebIdentity", role, session).WithField("WebIdentityToken", token);
        return ReadXml(await TokenService.AskAsync(context, request, cancellationToken), request.Address);
    }

    /// <summary>Keys of a role, for other keys. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    /// </summary>
    public static async Task<Token<AwsKeys>> AssumeAsync(
        CredentialContext context, string region, AwsKeys keys, string role, string? externalId, string? session,
        CancellationToken cancellationToken)
    {
        var request = Sts(context, region, "AssumeRole", role, session);
        if (externalId is not null)
        {
            request.WithField("ExternalId", externalId);
        }

        var signer = new SigV4Signer(keys, region, "sts");
        request.Prepare = message => signer.Sign(message, request.Body(), context.Clock.GetUtcNow());
        return ReadXml(await TokenService.AskAsync(context, request, cancellationToken), request.Address);
    }

    private static TokenRequest Sts(CredentialContext context, string region, string action, string role, string? session)
    {
        var domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        var address = SecretAddress.Check(
            context.Variable("AWS_ENDPOINT_URL_STS") ?? $"https://sts.{region}.{domain}/", "AWS_ENDPOINT_URL_STS");
        return TokenRequest.Post(address)
            .WithField("Action", action)
            .WithField("Version", "2011-06-15")
            .WithField("RoleArn", role)
            .WithField("RoleSessionName", session ?? "patchbay");
    }

    private static bool IsContainerHost(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp
            && (address.IsLoopback || ContainerHosts.Contains(address.Host, StringComparer.OrdinalIgnoreCase)));

    private static string FirstLine(string text) => text.IndexOf('\n') is var end and >= 0 ? text[..end].Trim() : text;

    private static Token<AwsKeys> ReadJson(byte[] answer, Uri from)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        return Keys(Text("AccessKeyId"), Text("SecretAccessKey"), Text("Token"), Text("Expiration"), from);

        string? Text(string name) =>
            root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static Token<AwsKeys> ReadXml(byte[] answer, Uri from)
    {
        string? id = null, secret = null, token = null, expiration = null;
        using var reader = XmlReader.Create(
            new MemoryStream(answer), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        while (!reader.EOF)
        {
            switch (reader.NodeType == XmlNodeType.Element ? reader.LocalName : "")
            {
                case "AccessKeyId": id = reader.ReadElementContentAsString(); break;
                case "SecretAccessKey": secret = reader.ReadElementContentAsString(); break;
                case "SessionToken": token = reader.ReadElementContentAsString(); break;
                case "Expiration": expiration = reader.ReadElementContentAsString(); break;
                default: reader.Read(); break;
            }
        }

        return Keys(id, secret, token, expiration, from);
    }

    private static Token<AwsKeys> Keys(string? id, string? secret, string? token, string? expiration, Uri from)
    {
        if (id is not { Length: > 0 } || secret is not { Length: > 0 })
        {
            throw new CredentialException(GatewayErrorKind.ProviderMalformed, $"{from.Authority} answered without a key.");
        }

        var expires = expiration is null
            ? DateTimeOffset.MaxValue
            : DateTimeOffset.Parse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new Token<AwsKeys>(new AwsKeys(id, secret, token is { Length: > 0 } ? token : null), expires);
    }
}
