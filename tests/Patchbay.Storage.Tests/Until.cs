using System.Diagnostics;

namespace Patchbay.Storage.Tests;

/// <summary>Waits for conditions instead of for time.</summary>
internal static class Until
{
    /// <summary>Looks again every 20 ms; fails after two minutes, which only a fault takes.</summary>
    public static Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        TrueAsync(() => Task.FromResult(condition()), cancellationToken);

    /// <summary>Looks again every 20 ms; fails after two minutes, which only a fault takes.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(since.Elapsed < TimeSpan.FromMinutes(2), "What was waited for did not come.");
            await Task.Delay(20, cancellationToken);
        }
    }
}
