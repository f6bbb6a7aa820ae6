using Patchbay.Testing;

namespace Patchbay.Storage.Tests;

public sealed class PostgresOnlyTests(PostgresServer server) : StorageCompliance(new PostgresTestDatabase(server) { UsesJournal = false })
{
    [Fact]
    public async Task Cut_connections_are_replaced_without_a_failure()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        await ((PostgresTestDatabase)Database).CutConnectionsAsync();
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        Assert.Equal(2, await Database.CountAsync("SELECT count(*) FROM generation"));
    }

    [Fact]
    public async Task Each_day_has_its_partition()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now.AddDays(-400)));
        Assert.Equal(1, await Database.CountAsync("SELECT count(*) FROM generation_20260318"));
        Assert.Equal(0, await Database.CountAsync("SELECT count(*) FROM generation_default"));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_day_that_began_in_the_default_partition_stays_there()
    {
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        await Database.ExecuteAsync("""
            ALTER TABLE generation DETACH PARTITION generation_20260318;
            INSERT INTO generation SELECT * FROM generation_20260318;
            DROP TABLE generation_20260318
            """);
        await RestartAsync();
        await Storage.Settlements.SettleAsync(Samples.Settlement(Now));
        Assert.Equal(2, await Database.CountAsync("SELECT count(*) FROM generation_default"));
        await AssertBooksAreRightAsync();
    }

    [Fact]
    public async Task A_connection_string_that_cannot_be_read_is_refused()
    {
        await Assert.ThrowsAsync<StorageRefusedException>(() => PatchbayStorage.OpenAsync(
            new StorageOptions { PostgresConnectionString = "nonsense", DataDirectory = "unused" },
            exclusive: false,
            Database.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            Token));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        await Assert.ThrowsAsync<Core.StorageUnavailableException>(() => PatchbayStorage.OpenAsync(
            new StorageOptions { PostgresConnectionString = "Host=127.0.0.1;Port=1;Username=x;Database=x", DataDirectory = ((PostgresTestDatabase)Database).OtherFolder },
            exclusive: true,
            Database.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            Token));
    }
}
