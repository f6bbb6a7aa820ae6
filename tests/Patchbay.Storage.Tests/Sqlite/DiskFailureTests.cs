using Microsoft.Data.Sqlite;
using Patchbay.Storage.Sqlite;
using SQLitePCL;

namespace Patchbay.Storage.Tests;

/// <summary>What an error of the disk means: a full disk passes, a flush that failed does not.</summary>
public sealed class DiskFailureTests : IAsyncLifetime
{
    private readonly List<Exception> _failures = [];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("patchbay-disk-");
    private PatchbayStorage _storage = null!;

    public async ValueTask InitializeAsync() => _storage = await PatchbayStorage.OpenAsync(
        new StorageOptions { DataDirectory = _directory.FullName, DiskFailed = _failures.Add }, exclusive: true,
        TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(raw.SQLITE_IOERR_FSYNC, 1)]
    [InlineData(raw.SQLITE_IOERR_DIR_FSYNC, 1)]
    [InlineData(raw.SQLITE_IOERR_WRITE, 0)]
    [InlineData(raw.SQLITE_FULL, 0)]
    public async Task Only_a_flush_that_failed_ends_the_process(int extendedCode, int calls)
    {
        var writer = ((SqliteStorage)_storage).Writer;
        var failing = writer.WriteApartAsync<int>(
            _ => throw new SqliteException("The disk.", extendedCode & 0xff, extendedCode), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<Patchbay.Core.StorageUnavailableException>(() => failing);
        Assert.Equal(calls, _failures.Count);
        Assert.True(await _storage.CanWriteAsync(TestContext.Current.CancellationToken));
    }
}
