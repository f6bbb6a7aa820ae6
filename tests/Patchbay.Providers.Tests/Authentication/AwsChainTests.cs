using System.Net;
using Patchbay.Core;

namespace Patchbay.Providers.Tests;

public sealed class AwsChainTests
{
    private const string Expiration = "2026-01-01T06:00:00Z";

    private const string ContainerKeys = $$"""
        {"AccessKeyId":"AKIDCONTAINER","SecretAccessKey":"sec","Token":"tok","Expiration":"{{Expiration}}","RoleArn":"arn"}
        """;

    [Fact]
    public async Task Configured_keys_win_over_everything()
    {
        using var machine = NewMachine();
        machine["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        machine["AWS_SECRET_ACCESS_KEY"] = "s";

        using var request = await machine.ApplyAsync("aws-sigv4", new AuthSettings
        {
            Region = "eu-central-1",
            Service = "bedrock-agent",
            AccessKeyId = "AKIDOWN",
            SecretAccessKey = "s",
            SessionToken = "t",
        });

        Assert.Contains(
            "Credential=AKIDOWN/20260101/eu-central-1/bedrock-agent/aws4_request",
            Assert.Single(request.Headers.GetValues("Authorization")), StringComparison.Ordinal);
        Assert.Equal("t", Assert.Single(request.Headers.GetValues("X-Amz-Security-Token")));
    }

    [Fact]
    public async Task The_environment_comes_next()
    {
        using var machine = NewMachine();
        machine["AWS_ACCESS_KEY_ID"] = "AKIDENV";
        machine["AWS_SECRET_ACCESS_KEY"] = "s";
        machine.Write(".aws/credentials", "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = s");

        Assert.Equal("AKIDENV us-west-2 bedrock", await WhoAsync(machine));
    }

    [Theory]
    [InlineData(null, null, "AKIDDEFAULT us-west-2")]
    [InlineData("dev", null, "AKIDDEV us-west-2")]
    [InlineData("dev", "prod", "AKIDPROD us-west-2")]
    public async Task Then_a_profile_of_the_shared_files(string? variable, string? configured, string expected)
    {
        using var machine = NewMachine();
        machine.Write(".aws/credentials", """
            [default]
            aws_access_key_id = AKIDDEFAULT
            aws_secret_access_key = s
            [dev]
            aws_access_key_id = AKIDDEV
            aws_secret_access_key = s
            [prod]
            aws_access_key_id = AKIDPROD
            aws_secret_access_key = s
            """);
        if (variable is not null)
        {
            machine["AWS_PROFILE"] = variable;
        }

        Assert.Equal(expected + " bedrock", await WhoAsync(machine, new AuthSettings { Profile = configured }));
    }

    [Fact]
    public async Task The_region_of_the_profile_is_the_last_to_be_asked()
    {
        using var machine = NewMachine();
        machine.Forget("AWS_REGION");
        var config = machine.Write("aws-config", "[profile dev]\nregion = sa-east-1\naws_access_key_id = A\naws_secret_access_key = s");
        machine["AWS_CONFIG_FILE"] = config;

        Assert.Equal("A sa-east-1 bedrock", await WhoAsync(machine, new AuthSettings { Profile = "dev" }));
        machine["AWS_DEFAULT_REGION"] = "eu-north-1";
        Assert.Equal("A eu-north-1 bedrock", await WhoAsync(machine, new AuthSettings { Profile = "dev" }));
    }

    [Fact]
    public async Task The_region_in_the_address_wins_over_the_environment()
    {
        using var machine = NewMachine();
        var credential = CredentialFactory.Create(new ProviderDescriptor
        {
            Slug = "acme",
            Name = "Acme",
            BaseUrl = new Uri("https://bedrock-runtime.ap-south-1.amazonaws.com/"),
            Auth = "aws-sigv4",
            AuthSettings = new AuthSettings { AccessKeyId = "A", SecretAccessKey = "s" },
        });

        Assert.Contains("/ap-south-1/bedrock/", await machine.AuthorizationAsync(credential), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_identity_is_exchanged_for_keys_of_its_role()
    {
        using var machine = NewMachine();
        await using var server = await TokenServer.StartAsync(_ => (200, Sts("AssumeRoleWithWebIdentity", "ASIAWEB")));
        machine["AWS_ENDPOINT_URL_STS"] = server.Address.AbsoluteUri;
        machine["AWS_WEB_IDENTITY_TOKEN_FILE"] = machine.Write("token", "eyJ.k8s.token\n");
        machine["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/gateway";

        Assert.Equal("ASIAWEB us-west-2 bedrock", await WhoAsync(machine));
        var call = Assert.Single(server.Calls);
        Assert.Equal("AssumeRoleWithWebIdentity", call.Field("Action"));
        Assert.Equal("2011-06-15", call.Field("Version"));
        Assert.Equal("eyJ.k8s.token", call.Field("WebIdentityToken"));
        Assert.Equal("arn:aws:iam::123456789012:role/gateway", call.Field("RoleArn"));
        Assert.Equal(0, call.Headers.Authorization.Count);
    }

    [Fact]
    public async Task A_role_of_a_profile_is_assumed_with_the_keys_of_its_source()
    {
        using var machine = NewMachine();
        await using var server = await TokenServer.StartAsync(_ => (200, Sts("AssumeRole", "ASIAROLE")));
        machine["AWS_ENDPOINT_URL_STS"] = server.Address.AbsoluteUri;
        machine.Write(".aws/config", """
            [profile ops]
            role_arn = arn:aws:iam::123456789012:role/ops
            source_profile = base
            external_id = ext-1
            [profile base]
            aws_access_key_id = AKIDBASE
            aws_secret_access_key = s
            """);

        Assert.Equal("ASIAROLE us-west-2 bedrock", await WhoAsync(machine, new AuthSettings { Profile = "ops" }));
        var call = Assert.Single(server.Calls);
        Assert.Equal(("AssumeRole", "ext-1"), (call.Field("Action"), call.Field("ExternalId")));
        Assert.StartsWith(
            "AWS4-HMAC-SHA256 Credential=AKIDBASE/20260101/us-west-2/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date",
            call.Headers.Authorization.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_containers_agent_is_asked_with_its_authorization_and_again_before_the_keys_expire()
    {
        using var machine = NewMachine();
        await using var server = await TokenServer.StartAsync(_ => (200, ContainerKeys));
        machine["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.Address + "v1/credentials";
        machine["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "not this";
        machine["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = machine.Write("pod-token", "pod-identity\n");
        var credential = Machine.Create("aws-sigv4");

        Assert.Equal("AKIDCONTAINER us-west-2 bedrock", Who(await machine.AuthorizationAsync(credential)));
        Assert.Equal("AKIDCONTAINER us-west-2 bedrock", Who(await machine.AuthorizationAsync(credential)));

        var call = Assert.Single(server.Calls);
        Assert.Equal(("GET", "/v1/credentials", "pod-identity"), (call.Method, call.Path, call.Headers.Authorization.ToString()));
        machine.Clock.Advance(6 * 3600);
        await machine.ApplyAsync(credential);
        Assert.Equal(2, server.Calls.Count);
    }

    [Theory]
    [InlineData("http://credentials.example/v1")]
    [InlineData("http://169.254.170.99/v1")]
    [InlineData("nonsense")]
    public async Task A_containers_authorization_goes_to_its_agent_only(string address)
    {
        using var machine = NewMachine();
        machine["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = address;
        machine["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "hush-hush";

        Assert.Contains("AWS_CONTAINER_CREDENTIALS_FULL_URI", (await FailAsync(machine)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_of_ec2_gives_the_keys_of_its_role_by_a_session()
    {
        using var machine = NewMachine();
        machine.Forget("AWS_EC2_METADATA_DISABLED");
        await using var server = await TokenServer.StartAsync(call => (call.Method, call.Path) switch
        {
            ("PUT", "/latest/api/token") when call.Headers["X-aws-ec2-metadata-token-ttl-seconds"] == "21600" => (200, "session-1"),
            ("GET", _) when call.Headers["X-aws-ec2-metadata-token"] != "session-1" => (401, ""),
            ("GET", "/latest/meta-data/iam/security-credentials/") => (200, "my-role\n"),
            ("GET", "/latest/meta-data/iam/security-credentials/my-role") =>
                (200, ContainerKeys.Replace("AKIDCONTAINER", "AKIDEC2", StringComparison.Ordinal)),
            _ => (404, ""),
        });
        machine["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.Address.AbsoluteUri;

        Assert.Equal("AKIDEC2 us-west-2 bedrock", await WhoAsync(machine));
        Assert.Equal(3, server.Calls.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(null)]
    public async Task Without_any_keys_it_says_where_it_looked(HttpStatusCode? metadata)
    {
        using var machine = NewMachine();
        machine.Forget("AWS_EC2_METADATA_DISABLED");
        await using var server = await TokenServer.StartAsync(_ => ((int)metadata!.Value, ""));
        machine["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata is null ? "http://127.0.0.1:1/" : server.Address.AbsoluteUri;

        var failure = await FailAsync(machine);

        Assert.Equal(GatewayErrorKind.ProviderAuth, failure.Kind);
        Assert.StartsWith("No AWS credentials were found", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[profile x]\ncredential_process = /bin/keys", "uses credential_process")]
    [InlineData("[profile x]\nsso_session = corp", "uses sso_session")]
    [InlineData("[profile x]\nregion = a", "has no credentials")]
    [InlineData("[profile y]\nregion = a", "is not in the shared config")]
    [InlineData("[profile x]\nrole_arn = arn\nsource_profile = x", "more than 5 profiles")]
    [InlineData("[profile x]\nrole_arn = arn\nsource_profile = gone", "its source has no credentials")]
    [InlineData("[profile x]\nrole_arn = arn", "its source has no credentials")]
    [InlineData("[profile x]\naws_access_key_id hush-hush", "config:2: the line has no '='")]
    public async Task A_profile_that_cannot_be_used_is_explained(string config, string message)
    {
        using var machine = NewMachine();
        machine.Write(".aws/config", config);

        var failure = await FailAsync(machine, new AuthSettings { Profile = "x" });

        Assert.Equal(GatewayErrorKind.ProviderAuth, failure.Kind);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", string.Concat(machine.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_role_shows_its_code_alone()
    {
        using var machine = NewMachine();
        await using var server = await TokenServer.StartAsync(_ => (403, """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
            <Code>AccessDenied</Code><Message>eyJ.k8s.token may not</Message></Error></ErrorResponse>
            """));
        machine["AWS_ENDPOINT_URL_STS"] = server.Address.AbsoluteUri;
        machine["AWS_WEB_IDENTITY_TOKEN_FILE"] = machine.Write("token", "eyJ.k8s.token");
        machine["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/gateway";

        var failure = await FailAsync(machine);

        Assert.Equal($"{server.Address.Authority} answered 403 (AccessDenied).", failure.Message);
    }

    [Fact]
    public async Task An_unknown_region_is_explained()
    {
        using var machine = NewMachine();
        machine.Forget("AWS_REGION");

        var failure = await FailAsync(machine, new AuthSettings { AccessKeyId = "A", SecretAccessKey = "s" });

        Assert.Contains("'credentials.region' or AWS_REGION", failure.Message, StringComparison.Ordinal);
    }

    private static Machine NewMachine() => new()
    {
        ["AWS_REGION"] = "us-west-2",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    private static Task<CredentialException> FailAsync(Machine machine, AuthSettings? settings = null) =>
        Assert.ThrowsAsync<CredentialException>(() => machine.ApplyAsync("aws-sigv4", settings));

    private static async Task<string> WhoAsync(Machine machine, AuthSettings? settings = null) =>
        Who(await machine.AuthorizationAsync(Machine.Create("aws-sigv4", settings)));

    // Key, region and service of "AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/SERVICE/aws4_request, ...".
    private static string Who(string authorization)
    {
        var scope = authorization.Split('=')[1].Split(',')[0].Split('/');
        return $"{scope[0]} {scope[2]} {scope[3]}";
    }

    // The form of docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
    private static string Sts(string action, string id) => $"""
        <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>
          <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/demo/Bob</Arn></AssumedRoleUser>
          <Credentials><SessionToken>tok/en==</SessionToken><SecretAccessKey>s</SecretAccessKey>
          <Expiration>{Expiration}</Expiration><AccessKeyId>{id}</AccessKeyId></Credentials>
        </{action}Result></{action}Response>
        """;
}
