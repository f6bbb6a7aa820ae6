using Npgsql;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Several servers on one PostgreSQL database, in front of one simulator.</summary>
public sealed class ReplicaWorld : IAsyncDisposable
{
    private readonly PostgresServer _postgres;
    private readonly string _database;
    private readonly World _world;
    private readonly Dictionary<string, string?> _environment;
    private readonly List<string> _folders = [];

    private ReplicaWorld(PostgresServer postgres, string database, World world, Dictionary<string, string?> environment)
    {
        _postgres = postgres;
        _database = database;
        _world = world;
        _environment = environment;
    }

    /// <summary>The servers; the first is the world's own.</summary>
    public List<ServerProcess> Servers { get; } = [];

    /// <summary>The first server and the simulator.</summary>
    public World World => _world;

    /// <summary>The database's books, as a command sees them.</summary>
    public Books Books { get; private set; } = null!;

    /// <summary>The connection string.</summary>
    public string Database => _database;

    /// <summary>The file that holds the id of a server.</summary>
    public string NodeFileOf(int server) => Path.Combine(_folders[server], "node.id");

    /// <summary>Starts so many servers.</summary>
    public static async Task<ReplicaWorld> StartAsync(
        PostgresServer postgres, int servers, CancellationToken cancellationToken, string yaml = "",
        IReadOnlyList<WorldModel>? models = null)
    {
        var database = await postgres.CreateDatabaseAsync();
        var world = await World.StartAsync(
            new WorldOptions { Models = models ?? LedgerWorld.Models, PostgresConnectionString = database, Yaml = yaml }, cancellationToken);
        var replicas = new ReplicaWorld(postgres, database, world, new Dictionary<string, string?>
        {
            ["PATCHBAY_MASTER_KEY"] = World.MasterKey,
            ["PATCHBAY_DATABASE"] = database,
            ["OPENAI_API_KEY"] = null,
        });
        replicas.Servers.Add(world.Server);
        replicas._folders.Add(world.Data);
        replicas.Books = await Books.OpenAsync(world, database, cancellationToken);
        for (var i = 1; i < servers; i++)
        {
            var folder = Directory.CreateTempSubdirectory("patchbay-replica-").FullName;
            File.Copy(Path.Combine(world.Data, "encryption.key"), Path.Combine(folder, "encryption.key"));
            replicas._folders.Add(folder);
            replicas.Servers.Add(await replicas.LaunchAsync(i, cancellationToken));
        }

        return replicas;
    }

    /// <summary>Starts a server anew with its data folder.</summary>
    public async Task RestartAsync(int server, CancellationToken cancellationToken)
    {
        await Servers[server].DisposeAsync();
        Servers[server] = await LaunchAsync(server, cancellationToken);
    }

    /// <summary>Starts a server's process and does not wait for it.</summary>
    public ServerProcess Launch(int server) => ServerProcess.Launch(
        _folders[server], _environment, "--config", Path.Combine(_world.Data, "patchbay.yaml"));

    /// <summary>A client of each server with one key.</summary>
    public async Task<ReplicaKey> CreateKeyAsync(CancellationToken cancellationToken, string more = "")
    {
        using var master = new ApiClient(Servers[0].Address, World.MasterKey);
        var response = await master.PostAsync(
            "/api/v1/keys", "{\"name\":\"test\"" + (more.Length > 0 ? "," + more : "") + "}", cancellationToken);
        Assert.True(response.Status == 201, response.Body);
        return new ReplicaKey(
            this, response.Json.GetProperty("key").GetString()!, response.Json.GetProperty("data").GetProperty("hash").GetString()!);
    }

    /// <summary>Cuts every connection and lets nobody in.</summary>
    public async Task BeginOutageAsync()
    {
        await AdministerAsync($"ALTER DATABASE {Name} ALLOW_CONNECTIONS false");
        await AdministerAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name}'");
    }

    /// <summary>Lets everybody in again.</summary>
    public async Task EndOutageAsync(CancellationToken cancellationToken)
    {
        await AdministerAsync($"ALTER DATABASE {Name} ALLOW_CONNECTIONS true");
        await Books.DisposeAsync();
        Books = await Books.OpenAsync(_world, _database, cancellationToken);
    }

    /// <summary>A number from the database.</summary>
    public async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Books.DisposeAsync();
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        await _world.DisposeAsync();
        foreach (var folder in _folders.Skip(1))
        {
            Directory.Delete(folder, recursive: true);
        }

        await _postgres.DropDatabaseAsync(Name);
    }

    private string Name => new NpgsqlConnectionStringBuilder(_database).Database!;

    private Task<ServerProcess> LaunchAsync(int server, CancellationToken cancellationToken) => ServerProcess.StartAsync(
        _folders[server], _environment, cancellationToken, "--config", Path.Combine(_world.Data, "patchbay.yaml"));

    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await _postgres.StartAsync() + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>An API key, used at every server.</summary>
public sealed class ReplicaKey(ReplicaWorld world, string text, string hash) : IDisposable
{
    private readonly Dictionary<Uri, ApiClient> _clients = [];

    /// <summary>How the management API names it.</summary>
    public string Hash => hash;

    /// <summary>A client of a server.</summary>
    public ApiClient At(int server)
    {
        lock (_clients)
        {
            var address = world.Servers[server].Address;
            return _clients.TryGetValue(address, out var client) ? client : _clients[address] = new ApiClient(address, text);
        }
    }

    /// <summary>What it has spent, in nano-USD, as a server says.</summary>
    public async Task<long> UsageAsync(int server, CancellationToken cancellationToken)
    {
        var response = await At(server).GetAsync("/api/v1/key", cancellationToken);
        Assert.True(response.Status == 200, response.Body);
        return TestKey.Nanos(response.Json.GetProperty("data").GetProperty("usage"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
