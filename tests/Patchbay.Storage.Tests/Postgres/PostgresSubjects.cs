using Patchbay.Testing;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Patchbay.Storage.Tests;

public sealed class PostgresSettlementTests(PostgresServer server) : SettlementCompliance(new PostgresTestDatabase(server));
public sealed class PostgresThroughputTests(PostgresServer server) : ThroughputCompliance(new PostgresTestDatabase(server));
