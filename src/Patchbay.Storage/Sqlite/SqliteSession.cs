using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Patchbay.Storage.Sqlite;

/// <summary>The writing connection as its thread sees it: transactions and statements that are compiled once.</summary>
internal sealed class SqliteSession : IDisposable
{
    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, https://www.sqlite.org/c3ref/c_dbconfig_defensive.html
    private const int NoCheckpointOnClose = 1006;

    private readonly sqlite3 _database;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;

    /// <summary>Works over an open connection, which stays the caller's.</summary>
    public SqliteSession(SqliteConnection connection)
    {
        Connection = connection;
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        _begin = Statement("BEGIN IMMEDIATE");
        _commit = Statement("COMMIT");
        _rollback = Statement("ROLLBACK");
    }

    /// <summary>The connection, for commands that need not be fast. They run inside the open transaction.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The statement with this text, compiled on the first call.</summary>
    public SqliteStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement(_database, sql);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs a statement that is not kept, since its text does not come back.</summary>
    public int ExecuteOnce(string sql)
    {
        using var statement = new SqliteStatement(_database, sql);
        return statement.Execute();
    }

    /// <summary>The two numbers of the first row of a statement that is not kept; zeros for nulls or no row.</summary>
    public (long First, long Second) ReadOnce(string sql)
    {
        using var statement = new SqliteStatement(_database, sql);
        var pair = statement.Read() ? (statement.Int64(0), statement.Int64(1)) : default;
        statement.Reset();
        return pair;
    }

    /// <summary>Begins a transaction that may write.</summary>
    public void Begin() => _begin.Execute();

    /// <summary>Makes the transaction durable.</summary>
    public void Commit() => _commit.Execute();

    /// <summary>Ends the transaction without effect, also when SQLite has ended it already.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_database) == 0)
        {
            _rollback.Execute();
        }
    }

    /// <summary>Closing this connection leaves checkpoints to the server, also when it is the last one.</summary>
    public void KeepLogOnClose() => raw.sqlite3_db_config(_database, NoCheckpointOnClose, 1, out _);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
    }
}
