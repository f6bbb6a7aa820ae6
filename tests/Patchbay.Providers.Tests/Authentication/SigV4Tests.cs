using System.Text.Json;

namespace Patchbay.Providers.Tests;

public sealed class SigV4Tests
{
    private static readonly DateTimeOffset Moment = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Fact]
    public void Every_published_vector_gives_its_signature()
    {
        using var document = Read();
        var vectors = document.RootElement.GetProperty("vectors");
        foreach (var vector in vectors.EnumerateArray())
        {
            var name = vector.GetProperty("name").GetString();
            var (method, path, query, headers, body) = Parse(vector.GetProperty("request").GetString()!);
            var token = vector.TryGetProperty("token", out var member) ? member.GetString() : null;
            headers["x-amz-date"] = SigV4Signer.Time(Moment);
            if (token is not null && !vector.GetProperty("omit_session_token").GetBoolean())
            {
                headers["x-amz-security-token"] = token;
            }

            if (vector.GetProperty("sign_body").GetBoolean())
            {
                headers["x-amz-content-sha256"] = SigV4Signer.HashHex(body);
            }

            var authorization = Signer(document, token).Authorize(
                method, path, query, headers, SigV4Signer.HashHex(body), vector.GetProperty("normalize").GetBoolean(),
                SigV4Signer.Time(Moment), out var canonicalRequest, out var stringToSign);

            Assert.Equal((name, vector.GetProperty("canonical_request").GetString()), (name, canonicalRequest));
            Assert.Equal((name, vector.GetProperty("string_to_sign").GetString()), (name, stringToSign));
            Assert.EndsWith("Signature=" + vector.GetProperty("signature").GetString(), authorization, StringComparison.Ordinal);
        }

        Assert.Equal(38, vectors.GetArrayLength());
    }

    // The example of docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html, whose signature the
    // older guide (docs.aws.amazon.com/general/latest/gr/sigv4-add-signature-to-request.html) states.
    [Fact]
    public void The_documented_request_to_iam_gives_the_documented_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
        {
            Content = new ByteArrayContent([]),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        var keys = new AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null);

        new SigV4Signer(keys, "us-east-1", "iam").Sign(request, default, Moment);

        Assert.Equal(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            + "SignedHeaders=content-type;host;x-amz-date, "
            + "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
            Assert.Single(request.Headers.GetValues("Authorization")));
        Assert.Equal("20150830T123600Z", Assert.Single(request.Headers.GetValues("X-Amz-Date")));
    }

    [Fact]
    public void A_path_that_was_encoded_to_be_sent_is_encoded_again_to_be_signed()
    {
        var address = new Uri("https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v2%3A1/converse-stream");

        var text = CanonicalRequest.Create(
            "POST", address.AbsolutePath, "", new SortedList<string, string>(StringComparer.Ordinal), "hash", true, out _);

        Assert.StartsWith("POST\n/model/anthropic.claude-v2%253A1/converse-stream\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_is_signed_with_its_token_port_and_own_headers_and_the_next_day_with_another_key()
    {
        var signer = new SigV4Signer(new AwsKeys("AKIA", "secret", "token"), "eu-west-1", "bedrock");

        var first = Sign(signer, Moment);
        var again = Sign(signer, Moment);
        var tomorrow = Sign(signer, Moment.AddDays(1));

        Assert.Equal(first, again);
        Assert.Contains("/20150830/eu-west-1/bedrock/", first, StringComparison.Ordinal);
        Assert.Contains("/20150831/eu-west-1/bedrock/", tomorrow, StringComparison.Ordinal);
        Assert.Contains(
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amzn-bedrock-trace,", first, StringComparison.Ordinal);
        Assert.Equal(Sign(new SigV4Signer(new AwsKeys("AKIA", "secret", "token"), "eu-west-1", "bedrock"), Moment.AddDays(1)), tomorrow);
    }

    [Theory]
    [InlineData("bedrock-runtime.us-east-1.amazonaws.com", "us-east-1")]
    [InlineData("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1")]
    [InlineData("vpce-0a1b-cd2.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com", "ap-southeast-2")]
    [InlineData("bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1")]
    [InlineData("bedrock-runtime.eu-west-1.api.aws", "eu-west-1")]
    [InlineData("iam.amazonaws.com", null)]
    [InlineData("us-east-1.example.com", null)]
    [InlineData("127.0.0.1", null)]
    public void The_region_is_read_from_the_names_of_aws_hosts_only(string host, string? region)
    {
        Assert.Equal(region, AwsRegion.InHost(host));
    }

    private static string Sign(SigV4Signer signer, DateTimeOffset moment)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://127.0.0.1:8123/model/m/converse")
        {
            Content = new ByteArrayContent([]),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("X-Amzn-Bedrock-Trace", "ENABLED");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        signer.Sign(request, "{}"u8, moment);
        Assert.Equal("token", Assert.Single(request.Headers.GetValues("X-Amz-Security-Token")));
        return Assert.Single(request.Headers.GetValues("Authorization"));
    }

    private static SigV4Signer Signer(JsonDocument document, string? token)
    {
        var root = document.RootElement;
        Assert.Equal("2015-08-30T12:36:00Z", root.GetProperty("timestamp").GetString());
        var keys = new AwsKeys(
            root.GetProperty("access_key_id").GetString()!, root.GetProperty("secret_access_key").GetString()!, token);
        return new SigV4Signer(keys, root.GetProperty("region").GetString()!, root.GetProperty("service").GetString()!);
    }

    private static JsonDocument Read()
    {
        using var stream = typeof(SigV4Tests).Assembly.GetManifestResourceStream("sigv4-vectors.json")!;
        return JsonDocument.Parse(stream);
    }

    private static (string Method, string Path, string Query, SortedList<string, string> Headers, byte[] Body) Parse(string request)
    {
        var split = request.IndexOf("\n\n", StringComparison.Ordinal);
        var body = split < 0 ? "" : request[(split + 2)..];
        var lines = (split < 0 ? request : request[..split]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var target = lines[0][(lines[0].IndexOf(' ', StringComparison.Ordinal) + 1)..lines[0].LastIndexOf(' ')];
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var headers = new SortedList<string, string>(StringComparer.Ordinal);
        var last = "";
        foreach (var line in lines.Skip(1))
        {
            if (char.IsWhiteSpace(line[0]))
            {
                headers[last] += "\n" + line;
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            last = line[..colon].ToLowerInvariant();
            var value = line[(colon + 1)..];
            headers[last] = headers.TryGetValue(last, out var before) ? $"{before},{value}" : value;
        }

        return (lines[0].Split(' ')[0], question < 0 ? target : target[..question], question < 0 ? "" : target[(question + 1)..],
            headers, System.Text.Encoding.UTF8.GetBytes(body));
    }
}
