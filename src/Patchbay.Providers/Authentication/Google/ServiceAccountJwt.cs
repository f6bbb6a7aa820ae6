using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Patchbay.Providers;

/// <summary>The signed statement by which a service account asks for an access token (RFC 7523; RS256 of RFC 7518).</summary>
internal static class ServiceAccountJwt
{
    private const int LifeSeconds = 3600;

    /// <summary>The compact form: header, claims and signature.</summary>
    public static string Create(
        string privateKeyPem, string? keyId, string account, string scope, Uri audience, DateTimeOffset now)
    {
        using var key = RSA.Create();
        key.ImportFromPem(privateKeyPem);
        var header = Part(writer =>
        {
            writer.WriteString("alg", "RS256");
            writer.WriteString("typ", "JWT");
            if (keyId is not null)
            {
                writer.WriteString("kid", keyId);
            }
        });
        var claims = Part(writer =>
        {
            writer.WriteString("iss", account);
            writer.WriteString("scope", scope);
            writer.WriteString("aud", audience.OriginalString);
            writer.WriteNumber("iat", now.ToUnixTimeSeconds());
            writer.WriteNumber("exp", now.ToUnixTimeSeconds() + LifeSeconds);
        });
        var signed = $"{header}.{claims}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
