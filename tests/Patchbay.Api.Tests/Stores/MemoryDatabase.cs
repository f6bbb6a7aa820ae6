using Patchbay.Core;

namespace Patchbay.Api.Tests;

/// <summary>What the stores in memory share: whether the database answers.</summary>
internal sealed class MemoryDatabase
{
    private int _down;

    public bool IsDown
    {
        get => Volatile.Read(ref _down) == 1;
        set => Volatile.Write(ref _down, value ? 1 : 0);
    }

    public void Ask()
    {
        if (IsDown)
        {
            throw new StorageUnavailableException("The test switched the database off.");
        }
    }
}
