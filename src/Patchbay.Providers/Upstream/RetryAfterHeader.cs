using System.Globalization;
using System.Net.Http.Headers;

namespace Patchbay.Providers;

/// <summary>Reads how long a provider asks to be left alone.</summary>
public static class RetryAfterHeader
{
    /// <summary>The longest wait that is believed.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>From <c>retry-after-ms</c> (OpenAI's SDKs read it first), else <c>Retry-After</c> in seconds or as a date
    /// (RFC 9110, section 10.2.3). Null when absent or unreadable; never negative, never above <see cref="Longest"/>.
    /// </summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider clock)
    {
        TimeSpan? wait = null;
        if (headers.NonValidated.TryGetValues("retry-after-ms", out var milliseconds)
            && double.TryParse(milliseconds.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var ms)
            && double.IsFinite(ms))
        {
            wait = TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, Longest.TotalMilliseconds));
        }
        else if (headers.NonValidated.TryGetValues("Retry-After", out var values))
        {
            var text = values.ToString();
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds))
            {
                wait = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
            }
            else if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            {
                wait = date - clock.GetUtcNow();
            }
        }

        return wait is not { } time ? null
            : time < TimeSpan.Zero ? TimeSpan.Zero
            : time > Longest ? Longest : time;
    }
}
