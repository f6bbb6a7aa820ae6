using System.Data.Common;
using Dapper;
using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>Keys of requests over a connection of either database.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="transaction">Its transaction, where the connection does not know it.</param>
/// <param name="dialect">The database's words.</param>
/// <param name="now">The time.</param>
/// <param name="cancellationToken">Gives up.</param>
internal sealed class IdempotencyTable(
    DbConnection connection,
    DbTransaction? transaction,
    CreditDialect dialect,
    DateTimeOffset now,
    CancellationToken cancellationToken)
{
    private readonly string _columns =
        $"id, body_hash, state, owner, {dialect.Time("claimed_until")}, status, response, {dialect.Time("created_at")}";

    /// <summary>Takes the key if it is free. Of several at once, the database lets one go first.</summary>
    public async Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, bool isOnlyServer, string lockRow)
    {
        var fresh = IdempotencyRecord.Decide(null, request, isOnlyServer, now);
        if (await ExecuteAsync(
            """
            INSERT INTO idempotency (scope, key, id, body_hash, state, owner, claimed_until, created_at)
            VALUES (@scope, @key, @id, @hash, 0, @owner, @until, @now)
            ON CONFLICT (scope, key) DO NOTHING
            """,
            request,
            fresh.Id) > 0)
        {
            return fresh;
        }

        var known = await FindAsync(request, lockRow);
        var claim = IdempotencyRecord.Decide(known, request, isOnlyServer, now);
        if (claim.State == ClaimState.Granted)
        {
            var isNew = claim.Id != known?.Id;
            await ExecuteAsync(
                $"""
                UPDATE idempotency SET id = @id, body_hash = @hash, state = 0, owner = @owner, claimed_until = @until,
                  status = NULL, response = NULL{(isNew ? ", created_at = @now" : "")}
                WHERE scope = @scope AND key = @key
                """,
                request,
                claim.Id);
        }

        return claim;
    }

    /// <summary>Keeps the answer.</summary>
    public Task FinishAsync(IdempotentRequest request, Guid id, int status, byte[] response) => ExecuteAsync(
        "UPDATE idempotency SET state = 1, status = @status, response = @response WHERE scope = @scope AND key = @key AND id = @id",
        request,
        id,
        status,
        response);

    /// <summary>Gives the key back.</summary>
    public Task ReleaseAsync(IdempotentRequest request, Guid id, bool forget) => ExecuteAsync(
        forget
            ? "DELETE FROM idempotency WHERE scope = @scope AND key = @key AND id = @id AND state = 0"
            : "UPDATE idempotency SET claimed_until = @now WHERE scope = @scope AND key = @key AND id = @id AND state = 0",
        request,
        id);

    /// <summary>Removes what is too old.</summary>
    public Task<int> ForgetOldAsync() => connection.ExecuteAsync(new CommandDefinition(
        "DELETE FROM idempotency WHERE created_at <= @before",
        new { before = dialect.TimeValue(now - IdempotencyRecord.Lifetime) },
        transaction,
        cancellationToken: cancellationToken));

    private async Task<IdempotencyRecord?> FindAsync(IdempotentRequest request, string lockRow)
    {
        await using var row = await connection.ExecuteReaderAsync(new CommandDefinition(
            $"SELECT {_columns} FROM idempotency WHERE scope = @scope AND key = @key {lockRow}",
            new { scope = request.Scope, key = request.Key },
            transaction,
            cancellationToken: cancellationToken));
        return await row.FirstAsync(IdempotencyRow.Read, cancellationToken);
    }

    private Task<int> ExecuteAsync(
        string sql, IdempotentRequest request, Guid id, int? status = null, byte[]? response = null)
    {
        var parameters = new DynamicParameters();
        parameters.Add("scope", request.Scope);
        parameters.Add("key", request.Key);
        parameters.Add("id", dialect.IdValue(id));
        parameters.Add("hash", request.BodyHash);
        parameters.Add("owner", dialect.IdValue(request.Owner));
        parameters.Add("until", dialect.TimeValue(now + IdempotencyRecord.ClaimLifetime));
        parameters.Add("now", dialect.TimeValue(now));
        if (response is not null)
        {
            parameters.Add("status", status);
            parameters.Add("response", response);
        }

        return connection.ExecuteAsync(new CommandDefinition(
            sql, parameters, transaction, cancellationToken: cancellationToken));
    }
}
