namespace Patchbay.Storage.Tests;

public sealed class SqliteSettlementTests() : SettlementCompliance(new SqliteTestDatabase());

public sealed class SqliteThroughputTests() : ThroughputCompliance(new SqliteTestDatabase());

public sealed class SqliteApiKeyTests() : ApiKeyCompliance(new SqliteTestDatabase());

public sealed class SqliteOrganizationTests() : OrganizationCompliance(new SqliteTestDatabase());

public sealed class SqliteBudgetTests() : BudgetCompliance(new SqliteTestDatabase());

public sealed class SqliteGenerationTests() : GenerationCompliance(new SqliteTestDatabase());

public sealed class SqliteLedgerTests() : LedgerCompliance(new SqliteTestDatabase());

public sealed class SqliteAuditTests() : AuditCompliance(new SqliteTestDatabase());

public sealed class SqliteOpenHoldTests() : OpenHoldCompliance(new SqliteTestDatabase());

public sealed class SqliteOutageTests() : OutageCompliance(new SqliteTestDatabase());

public sealed class SqliteOpeningTests() : OpeningCompliance(new SqliteTestDatabase());
