namespace Patchbay.EndToEnd.Tests.Operations;

/// <summary>Waiting for things to become true.</summary>
public static class Condition
{
    /// <summary>Asks until the answer is yes; fails after 30 seconds.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> ask, CancellationToken token)
    {
        for (var i = 0; !await ask(); i++)
        {
            Assert.True(i < 600, "It did not become true within 30 seconds.");
            await Task.Delay(50, token);
        }
    }
}
