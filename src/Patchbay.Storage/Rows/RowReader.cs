using System.Data.Common;

namespace Patchbay.Storage;

/// <summary>Reads values that the two databases hold in different forms.</summary>
internal static class RowReader
{
    /// <summary>A uuid, or 16 bytes in big-endian order.</summary>
    public static Guid Id(this DbDataReader reader, int ordinal) =>
        reader.GetValue(ordinal) is byte[] bytes ? new Guid(bytes, bigEndian: true) : reader.GetGuid(ordinal);

    /// <summary>Like <see cref="Id"/>, or null.</summary>
    public static Guid? IdOrNull(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.Id(ordinal);

    /// <summary>Unix milliseconds.</summary>
    public static DateTimeOffset Time(this DbDataReader reader, int ordinal) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(ordinal));

    /// <summary>Unix milliseconds, or null.</summary>
    public static DateTimeOffset? TimeOrNull(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.Time(ordinal);

    /// <summary>A text, or null.</summary>
    public static string? TextOrNull(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    /// <summary>A count or an amount, or null.</summary>
    public static long? LongOrNull(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetInt64(ordinal);

    /// <summary>A small number, or null.</summary>
    public static int? IntOrNull(this DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetInt32(ordinal);

    /// <summary>All rows.</summary>
    public static async Task<IReadOnlyList<T>> ListAsync<T>(
        this DbDataReader reader, Func<DbDataReader, T> row, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(row(reader));
        }

        return list;
    }

    /// <summary>The first row, or null.</summary>
    public static async Task<T?> FirstAsync<T>(
        this DbDataReader reader, Func<DbDataReader, T> row, CancellationToken cancellationToken)
        where T : class =>
        await reader.ReadAsync(cancellationToken) ? row(reader) : null;
}
