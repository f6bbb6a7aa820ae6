using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Coinbase Business' Checkouts API as far as credits need it. Each call's token is verified with the public key.</summary>
public sealed class CoinbaseStandIn : StandIn
{
    public const string KeyId = "4b0ff3b5-canary-key";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _checkouts = [];
    private readonly Dictionary<string, string> _answers = [];
    private int _number;

    /// <summary>The private key, as PEM with <c>\n</c> for the ends of lines, as environment variables have it.</summary>
    public string PrivateKey => _key.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>A checkout by its id.</summary>
    public JsonObject Get(string id)
    {
        lock (_lock)
        {
            return _checkouts[id];
        }
    }

    /// <summary>How many checkouts there are.</summary>
    public int Checkouts
    {
        get
        {
            lock (_lock)
            {
                return _checkouts.Count;
            }
        }
    }

    /// <summary>Changes a checkout and returns the message that Coinbase would send.</summary>
    public JsonObject Change(string id, string type, Action<JsonObject> change)
    {
        lock (_lock)
        {
            var checkout = _checkouts[id];
            change(checkout);
            var message = (JsonObject)checkout.DeepClone();
            message["eventType"] = type;
            return message;
        }
    }

    /// <inheritdoc/>
    protected override async Task<(int Status, string Json)> AnswerAsync(HttpRequest request, StandInFault? fault)
    {
        if (!IsGood(request))
        {
            return (401, """{"errorType":"unauthorized"}""");
        }

        var path = request.Path.Value!;
        if (request.Method == "GET")
        {
            lock (_lock)
            {
                if (path == "/api/v1/checkouts")
                {
                    var found = _checkouts.Values.Where(checkout => (string?)checkout["status"] == request.Query["status"]);
                    return (200, new JsonObject { ["checkouts"] = new JsonArray([.. found.Select(item => item.DeepClone())]) }.ToJsonString());
                }

                return _checkouts.TryGetValue(path.Split('/')[^1], out var checkout)
                    ? (200, checkout.ToJsonString())
                    : (404, """{"errorType":"not_found"}""");
            }
        }

        var body = (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
        var key = request.Headers["X-Idempotency-Key"].ToString();
        if (!Guid.TryParseExact(key, "D", out var uuid) || uuid.Version != 4)
        {
            return (400, """{"errorType":"invalid_request"}""");
        }

        lock (_lock)
        {
            if (!_answers.TryGetValue(key, out var answer))
            {
                var id = (++_number).ToString("x24", CultureInfo.InvariantCulture);
                body["id"] = id;
                body["url"] = $"https://payments.coinbase.test/payment-links/{id}";
                body["status"] = "ACTIVE";
                body["createdAt"] = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
                _checkouts[id] = body;
                _answers[key] = answer = body.ToJsonString();
            }

            return (201, answer);
        }
    }

    private bool IsGood(HttpRequest request)
    {
        var parts = request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal).Split('.');
        if (parts.Length != 3 || !_key.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256))
        {
            return false;
        }

        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        return (string?)header["kid"] == KeyId && (string?)claims["sub"] == KeyId && (string?)claims["iss"] == "cdp"
            && (string?)claims["uri"] == $"{request.Method} {request.Host}{request.Path}"
            && (long)claims["exp"]! - (long)claims["nbf"]! == 120;
    }
}
