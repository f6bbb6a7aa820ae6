using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>A prepared statement that is bound and stepped many times, without the cost of a command per row. Belongs to
/// the thread that owns its connection.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int StackBytes = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _next;

    /// <summary>Compiles the text.</summary>
    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v2(database, sql, out _statement));
    }

    /// <summary>Forgets what was bound; values are then added in the order of the parameters.</summary>
    public SqliteStatement Start()
    {
        raw.sqlite3_clear_bindings(_statement);
        _next = 1;
        return this;
    }

    /// <summary>Binds a number.</summary>
    public SqliteStatement Add(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, _next++, value));
        return this;
    }

    /// <summary>Binds a number or null.</summary>
    public SqliteStatement Add(long? value) => value is { } number ? Add(number) : Skip();

    /// <summary>Binds 0 or 1.</summary>
    public SqliteStatement Add(bool value) => Add(value ? 1L : 0L);

    /// <summary>Binds unix milliseconds.</summary>
    public SqliteStatement Add(DateTimeOffset value) => Add(value.ToUnixTimeMilliseconds());

    /// <summary>Binds 16 bytes in big-endian order.</summary>
    public SqliteStatement Add(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Add(bytes);
    }

    /// <summary>Binds 16 bytes or null.</summary>
    public SqliteStatement Add(Guid? value) => value is { } id ? Add(id) : Skip();

    /// <summary>Binds bytes; at least one.</summary>
    public SqliteStatement Add(ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, _next++, value));
        return this;
    }

    /// <summary>Binds a text or null.</summary>
    public SqliteStatement Add(string? value)
    {
        if (value is null)
        {
            return Skip();
        }

        if (value.Length == 0)
        {
            // An empty span has no address, which would bind null.
            Check(raw.sqlite3_bind_text(_statement, _next++, string.Empty));
            return this;
        }

        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = null;
        var bytes = size <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(size);
        var length = Encoding.UTF8.GetBytes(value, bytes);
        Check(raw.sqlite3_bind_text(_statement, _next++, (ReadOnlySpan<byte>)bytes[..length]));
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return this;
    }

    /// <summary>Leaves a parameter null.</summary>
    public SqliteStatement Skip()
    {
        _next++;
        return this;
    }

    /// <summary>Runs it to its end. Returns how many rows it changed.</summary>
    public int Execute()
    {
        try
        {
            int result;
            while ((result = raw.sqlite3_step(_statement)) == raw.SQLITE_ROW)
            {
                // A pragma answers with rows that nobody needs here.
            }

            Check(result);
            return raw.sqlite3_changes(_database);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    /// <summary>Runs it for its first row. False when there is none. Followed by <see cref="Reset"/>.</summary>
    public bool Read()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
        {
            return true;
        }

        try
        {
            Check(result);
        }
        finally
        {
            Reset();
        }

        return false;
    }

    /// <summary>Ends the reading of a row.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    /// <summary>A number of the row.</summary>
    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A text of the row.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    /// <summary>Bytes of the row.</summary>
    public byte[] Blob(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }
    }
}
