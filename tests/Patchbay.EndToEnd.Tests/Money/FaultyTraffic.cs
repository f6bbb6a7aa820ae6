using System.Collections.Concurrent;
using System.Globalization;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Random requests to a <see cref="FaultyWorld"/>, streamed and whole, some of whose callers leave early.</summary>
/// <param name="key">Who asks.</param>
/// <param name="seed">Decides everything together with a request's index.</param>
/// <param name="token">Ends it.</param>
internal sealed class FaultyTraffic(TestKey key, int seed, CancellationToken token)
{
    /// <summary>What was charged for answers whose end was seen, in nano-USD by generation.</summary>
    public ConcurrentDictionary<string, long> Paid { get; } = new(StringComparer.Ordinal);

    /// <summary>Sends one and says how it ended.</summary>
    public async Task<string> AskAsync(int index)
    {
        var random = new Random(unchecked((seed * 1_000_003) + index));
        var model = FaultyWorld.Models[random.Next(FaultyWorld.Models.Count)].Slug;
        var stream = random.Next(10) < 6;
        var leaving = random.Next(10);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (leaving < 2)
        {
            patience.CancelAfter(random.Next(0, 300));
        }

        try
        {
            if (!stream)
            {
                var answer = await key.Api.ChatAsync(model, patience.Token, "\"max_tokens\":100");
                if (answer.Status == 200)
                {
                    Paid[answer.Json.GetProperty("id").GetString()!] = TestKey.CostOf(answer);
                }

                return string.Create(CultureInfo.InvariantCulture, $"whole {answer.Status}");
            }

            var response = await key.Api.StreamAsync(
                model, patience.Token, "\"max_tokens\":100", stopAfter: leaving is >= 2 and < 5 ? random.Next(1, 12) : null);
            if (response is { EndsWithDone: true, Error: null, Usages.Count: > 0 })
            {
                Paid[response.GenerationId!] = TestKey.CostOf(response);
                return "stream done";
            }

            return response.Status != 200 ? string.Create(CultureInfo.InvariantCulture, $"stream {response.Status}")
                : response.Error is not null ? "stream error" : response.Broken ? "stream broken" : "stream left";
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return "left";
        }
    }
}
