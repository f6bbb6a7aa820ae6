using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Providers;

/// <summary>Signs requests with one key pair for one region and service (AWS Signature Version 4). Thread-safe.</summary>
internal sealed class SigV4Signer(AwsKeys keys, string region, string service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    // The key that a day's requests are signed with.
    private volatile DayKey? _day;

    /// <summary>Adds the date, the token of a temporary key, and the signature. Signed are the host, the content type and
    /// every header whose name begins with <c>x-amz</c>; headers that are added later are not.</summary>
    public void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var time = Time(now);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        if (keys.SessionToken is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", keys.SessionToken);
        }

        var address = request.RequestUri!;
        var headers = new SortedList<string, string>(6, StringComparer.Ordinal)
        {
            ["host"] = request.Headers.Host ?? (address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}"),
        };
        foreach (var (name, value) in request.Headers.NonValidated)
        {
            if (name.StartsWith("x-amz", StringComparison.OrdinalIgnoreCase))
            {
                headers[name.ToLowerInvariant()] = value.ToString();
            }
        }

        if (request.Content is { } content && content.Headers.NonValidated.TryGetValues("Content-Type", out var type))
        {
            headers["content-type"] = type.ToString();
        }

        var query = address.Query.Length > 0 ? address.Query[1..] : "";
        var authorization = Authorize(
            request.Method.Method, address.AbsolutePath, query, headers, HashHex(body), normalizePath: true, time, out _, out _);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
    }

    /// <summary>The form in which the moment of signing is sent and signed.</summary>
    public static string Time(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The hash of a body, as it is signed.</summary>
    public static string HashHex(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The value of the <c>Authorization</c> header, and the texts that it was made from.</summary>
    public string Authorize(
        string method, string path, string query, SortedList<string, string> headers, string payloadHash, bool normalizePath,
        string time, out string canonicalRequest, out string stringToSign)
    {
        var day = Day(time);
        canonicalRequest = CanonicalRequest.Create(method, path, query, headers, payloadHash, normalizePath, out var signedHeaders);
        stringToSign = $"{Algorithm}\n{time}\n{day.Scope}\n{HashHex(Encoding.UTF8.GetBytes(canonicalRequest))}";
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(day.Key, Encoding.UTF8.GetBytes(stringToSign), signature);
        return $"{Algorithm} Credential={keys.AccessKeyId}/{day.Scope}, SignedHeaders={signedHeaders}, "
            + $"Signature={Convert.ToHexStringLower(signature)}";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{region}/{service}";

    private DayKey Day(string time)
    {
        if (_day is { } known && time.StartsWith(known.Date, StringComparison.Ordinal))
        {
            return known;
        }

        var date = time[..8];
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + keys.SecretAccessKey), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        key = HMACSHA256.HashData(key, "aws4_request"u8);
        return _day = new DayKey(date, $"{date}/{region}/{service}/aws4_request", key);
    }

    private sealed class DayKey(string date, string scope, byte[] key)
    {
        public string Date { get; } = date;

        public string Scope { get; } = scope;

        public byte[] Key { get; } = key;
    }
}
