using System.Data.Common;
using Dapper;

namespace Patchbay.Storage;

/// <summary>Statements with named values, for both databases.</summary>
internal static class SqlCommand
{
    /// <summary>A statement. Values that are null are sent as texts, which both databases take for any column that may be
    /// null.</summary>
    public static CommandDefinition Of(string sql, DbTransaction? transaction, CancellationToken cancellationToken,
        params (string Name, object? Value)[] values)
    {
        var parameters = new DynamicParameters();
        foreach (var (name, value) in values)
        {
            parameters.Add(name, value);
        }

        return new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken);
    }
}
