namespace Patchbay.Storage.Tests;

/// <summary>A test over one of the databases: each test has its own, open as the server has it.</summary>
public abstract class StorageCompliance(TestDatabase database) : IAsyncLifetime
{
    protected TestDatabase Database => database;

    protected PatchbayStorage Storage { get; private set; } = null!;

    protected DateTimeOffset Now => database.Clock.Now;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await database.CreateAsync();
        Storage = await database.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Storage is not null)
        {
            await Storage.DisposeAsync();
        }

        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task RestartAsync()
    {
        await Storage.DisposeAsync();
        Storage = await database.OpenAsync();
    }

    protected async Task AssertBooksAreRightAsync() => Assert.Empty(await Storage.Ledger.AuditAsync(Token));
}
