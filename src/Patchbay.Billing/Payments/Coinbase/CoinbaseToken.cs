using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Patchbay.Billing;

/// <summary>The token that each call to Coinbase bears: a JWT of two minutes for one method and address, signed with ES256.
/// https://docs.cdp.coinbase.com/get-started/authentication/jwt-authentication.</summary>
public static class CoinbaseToken
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    /// <summary>Whether a text is a private key that can sign: ECDSA on P-256, as PEM, with line ends or with <c>\n</c> in
    /// their place.</summary>
    public static bool IsKey(string pem)
    {
        try
        {
            using var key = Read(pem);
            return key.KeySize == 256 && key.SignData("?"u8, HashAlgorithmName.SHA256).Length == 64;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Makes a token.</summary>
    /// <param name="keyId">The id of the key.</param>
    /// <param name="pem">The private key.</param>
    /// <param name="method">The method of the call.</param>
    /// <param name="address">Its address; the query does not count.</param>
    /// <param name="now">The time.</param>
    public static string Make(string keyId, string pem, string method, Uri address, DateTimeOffset now)
    {
        var time = now.ToUnixTimeSeconds();
        var header = Write(writer =>
        {
            writer.WriteString("alg", "ES256");
            writer.WriteString("typ", "JWT");
            writer.WriteString("kid", keyId);
            writer.WriteString("nonce", RandomNumberGenerator.GetHexString(32, lowercase: true));
        });
        var claims = Write(writer =>
        {
            writer.WriteString("iss", "cdp");
            writer.WriteString("sub", keyId);
            writer.WriteNumber("nbf", time);
            writer.WriteNumber("exp", time + (long)Lifetime.TotalSeconds);
            writer.WriteString("uri", $"{method} {address.Authority}{address.AbsolutePath}");
        });
        var text = $"{header}.{claims}";
        using var key = Read(pem);
        return $"{text}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static ECDsa Read(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem.Replace("\\n", "\n", StringComparison.Ordinal));
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(stream.ToArray());
    }
}
