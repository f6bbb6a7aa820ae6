using Microsoft.Extensions.Logging;

namespace Patchbay.Storage.Postgres;

internal static class PostgresStorage
{
    public static Task<PatchbayStorage> OpenAsync(string connectionString, bool exclusive, TimeProvider timeProvider, ILoggerFactory loggerFactory, CancellationToken cancellationToken) =>
        throw new NotSupportedException(connectionString + exclusive + timeProvider + loggerFactory + cancellationToken);
}
