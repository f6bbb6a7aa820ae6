namespace Patchbay.EndToEnd.Tests.Operations;

/// <summary>Waiting for things to become true.</summary>
public static class Condition
{
    /// <summary>Asks until the answer is yes; fails after two minutes, which only a fault takes.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> ask, CancellationToken token)
    {
        for (var i = 0; !await ask(); i++)
        {
            Assert.True(i < 2400, "It did not become true within two minutes.");
            await Task.Delay(50, token);
        }
    }
}
