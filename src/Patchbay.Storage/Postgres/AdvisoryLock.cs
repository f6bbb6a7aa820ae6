namespace Patchbay.Storage.Postgres;

/// <summary>The advisory locks of an installation; they live in its own database.</summary>
internal static class AdvisoryLock
{
    /// <summary>Held in a transaction that changes the schema.</summary>
    public const string Migrate = "SELECT pg_advisory_xact_lock(7301, 0)";

    /// <summary>Held by the session of a server: whole by those of releases that want the database for themselves, shared by
    /// those since.</summary>
    public const string TryServe = "SELECT pg_try_advisory_lock_shared(7301, 1)";

    /// <summary>Held by the session of the server of this name, so that no second one uses a copy of its data folder.</summary>
    public const string TryNode = "SELECT pg_try_advisory_lock(7302, hashtext($1))";

    /// <summary>Held in a transaction that adds to the books, so that batches are numbered and chained one by one.</summary>
    public const string Books = "SELECT pg_advisory_xact_lock(7301, 2)";

    /// <summary>Held in a transaction that changes the overrides of the catalogue, so that they are numbered one by one. The
    /// number 3 is that of the partitions.</summary>
    public const string Catalogue = "SELECT pg_advisory_xact_lock(7301, 4)";

    /// <summary>Held in a transaction that changes callers' own provider keys, so that changes are numbered one by one.</summary>
    public const string ByokKeys = "SELECT pg_advisory_xact_lock(7301, 5)";
}
