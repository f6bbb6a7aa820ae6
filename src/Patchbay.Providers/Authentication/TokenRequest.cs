using System.Net.Http.Headers;
using System.Text;

namespace Patchbay.Providers;

/// <summary>What is asked of a token service; may be sent several times.</summary>
internal sealed class TokenRequest(HttpMethod method, Uri address)
{
    private static readonly MediaTypeHeaderValue Form = new("application/x-www-form-urlencoded");

    private readonly List<KeyValuePair<string, string>> _headers = [];
    private readonly StringBuilder _form = new();

    public Uri Address { get; } = address;

    /// <summary>How long one try may take.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it is sent when the service is down or overloaded.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Called with every message when it is complete, to sign it.</summary>
    public Action<HttpRequestMessage>? Prepare { get; set; }

    public static TokenRequest Get(Uri address) => new(HttpMethod.Get, address);

    public static TokenRequest Post(Uri address) => new(HttpMethod.Post, address);

    public TokenRequest WithHeader(string name, string value)
    {
        _headers.Add(new(name, value));
        return this;
    }

    public TokenRequest WithField(string name, string value)
    {
        _form.Append(_form.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public byte[] Body() => Encoding.ASCII.GetBytes(_form.ToString());

    public HttpRequestMessage Message()
    {
        var message = new HttpRequestMessage(method, Address);
        message.Headers.TryAddWithoutValidation("User-Agent", "Patchbay");
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        foreach (var (name, value) in _headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (_form.Length > 0)
        {
            message.Content = new ByteArrayContent(Body());
            message.Content.Headers.ContentType = Form;
        }
        else if (method != HttpMethod.Get)
        {
            message.Content = new ByteArrayContent([]);
        }

        Prepare?.Invoke(message);
        return message;
    }
}
