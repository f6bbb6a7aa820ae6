namespace Patchbay.Storage.Tests;

public sealed class SqliteSettlementTests() : SettlementCompliance(new SqliteTestDatabase());
public sealed class SqliteThroughputTests() : ThroughputCompliance(new SqliteTestDatabase());
