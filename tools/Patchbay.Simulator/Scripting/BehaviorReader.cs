using System.Globalization;

namespace Patchbay.Simulator.Scripting;

/// <summary>Reads settings text into a <see cref="Behavior"/>.</summary>
internal static class BehaviorReader
{
    public static Behavior Read(string settings)
    {
        var behavior = Behavior.Default with { Settings = settings };
        foreach (var range in settings.AsSpan().Split(';'))
        {
            var pair = settings.AsSpan(range).Trim();
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf('=');
            if (equals <= 0)
            {
                throw new FormatException($"'{pair}' is not key=value");
            }

            var key = pair[..equals].Trim().ToString().Replace('-', '_');
            var value = Uri.UnescapeDataString(pair[(equals + 1)..].Trim());
            behavior = With(behavior, key, value);
        }

        return behavior;
    }

    private static Behavior With(Behavior behavior, string key, string value) => key switch
    {
        "tokens" => behavior with { Tokens = Whole(key, value) },
        "ignore_max_tokens" => behavior with { IgnoreMaxTokens = Truth(key, value) },
        "text" => behavior with { Text = value },
        "prefill" => behavior with { Prefill = Name<PrefillPolicy>(key, value) },
        "echo" => behavior with { Echo = Truth(key, value) },
        "json" => behavior with { Json = Truth(key, value) },
        "voice" => behavior with { Voice = Whole(key, value) },
        "noise" => behavior with { Noise = Whole(key, value, max: 100) },
        "leak" => behavior with { Leak = value },
        "refusal" => behavior with { Refusal = Truth(key, value) },
        "tools" => behavior with { Tools = Whole(key, value) },
        "reasoning" => behavior with { Reasoning = Whole(key, value) },
        "redacted" => behavior with { Redacted = Whole(key, value, max: 100) },
        "finish" => behavior with { Finish = value },
        "replay" => behavior with { Replay = value },
        "header_delay" => behavior with { HeaderDelay = Whole(key, value) },
        "ttft" => behavior with { TimeToFirstToken = Whole(key, value) },
        "tps" => behavior with { TokensPerSecond = Number(key, value) },
        "jitter" => behavior with { Jitter = Whole(key, value, max: 100) },
        "frames_per_write" => behavior with { FramesPerWrite = Whole(key, value, min: 1) },
        "chunk" => behavior with { Chunk = Name<ChunkShape>(key, value) },
        "split" => behavior with { Split = Whole(key, value) },
        "sse_style" => behavior with { SseStyle = Name<SseStyle>(key, value) },
        "usage" => behavior with { Usage = Name<UsageShape>(key, value) },
        "prompt_tokens" => behavior with { PromptTokens = Whole(key, value) },
        "cached" => behavior with { Cached = Whole(key, value) },
        "reasoning_tokens" => behavior with { ReasoningTokens = Whole(key, value) },
        "status" => behavior with { Status = Whole(key, value, min: 200, max: 999) },
        "error_type" => behavior with { ErrorType = value },
        "error_code" => behavior with { ErrorCode = value },
        "message" => behavior with { Message = value },
        "retry_after" => behavior with { RetryAfter = RetryAfter(key, value) },
        "retry_after_ms" => behavior with { RetryAfterMs = Whole(key, value) },
        "fault" => behavior with { Fault = Name<FaultKind>(key, value) },
        "after" => behavior with { After = Whole(key, value) },
        "bytes" => behavior with { Bytes = WholeLong(key, value) },
        "count" => behavior with { Count = Whole(key, value) },
        "drip" => behavior with { Drip = Whole(key, value) },
        "location" => behavior with { Location = value },
        "encoding" => behavior with { Encoding = Encoding(key, value) },
        "cancel" => behavior with { Cancel = Name<CancelPolicy>(key, value) },
        _ => throw new FormatException($"'{key}' is not a setting"),
    };

    private static int Whole(string key, string value, int min = 0, int max = int.MaxValue)
    {
        var number = WholeLong(key, value);
        return number >= min && number <= max
            ? (int)number
            : throw new FormatException($"'{key}' must be between {min} and {max}, got '{value}'");
    }

    private static long WholeLong(string key, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{key}' must be a whole number, got '{value}'");

    private static double Number(string key, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{key}' must be a number, got '{value}'");

    private static bool Truth(string key, string value) => value switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new FormatException($"'{key}' must be true or false, got '{value}'"),
    };

    private static T Name<T>(string key, string value)
        where T : struct, Enum
    {
        var name = value.Replace("-", "", StringComparison.Ordinal);
        return name.Length > 0 && char.IsAsciiLetter(name[0]) && Enum.TryParse<T>(name, ignoreCase: true, out var found)
            ? found
            : throw new FormatException($"'{key}' has no value '{value}'");
    }

    private static string RetryAfter(string key, string value)
    {
        Whole(key, value.StartsWith("date:", StringComparison.Ordinal) ? value[5..] : value);
        return value;
    }

    private static string Encoding(string key, string value) => value switch
    {
        "gzip" or "deflate" or "br" or "zstd" or "nested" => value,
        _ => throw new FormatException($"'{key}' must be gzip, deflate, br, zstd or nested, got '{value}'"),
    };
}
