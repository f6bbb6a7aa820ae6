namespace Patchbay.Storage.Tests;

public abstract class OpeningCompliance(TestDatabase database) : StorageCompliance(database)
{
    [Fact]
    public async Task A_second_server_is_refused_until_the_first_has_stopped()
    {
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(() => Database.OpenAsync());
        Assert.Contains("Another Patchbay server", refused.Message, StringComparison.Ordinal);

        await RestartAsync();
        Assert.True(await Storage.CanWriteAsync(Token));
    }

    [Fact]
    public async Task A_command_opens_beside_the_server()
    {
        await using var command = await Database.OpenAsync(exclusive: false);
        Assert.True(await command.CanWriteAsync(Token));
        Assert.True(await Storage.CanWriteAsync(Token));
        Assert.Equal(Storage.Kind, command.Kind);
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        var migrations = await Database.CountAsync("SELECT count(*) FROM schema_migration");
        await RestartAsync();
        Assert.Equal(migrations, await Database.CountAsync("SELECT count(*) FROM schema_migration"));
        Assert.Equal(Database.EmbeddedMigrations.Count, migrations);
    }

    [Fact]
    public async Task Several_openers_at_once_migrate_a_fresh_database_once()
    {
        await Storage.DisposeAsync();
        await Database.DisposeAsync();
        await Database.CreateAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Database.OpenAsync(exclusive: false)));
        foreach (var storage in opened)
        {
            Assert.True(await storage.CanWriteAsync(Token));
            await storage.DisposeAsync();
        }

        Assert.Equal(Database.EmbeddedMigrations.Count, await Database.CountAsync("SELECT count(*) FROM schema_migration"));
    }

    [Fact]
    public async Task A_migration_with_another_text_is_refused()
    {
        await Database.ExecuteAsync("UPDATE schema_migration SET checksum = 'changed' WHERE version = 1");
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(() => Database.OpenAsync(exclusive: false));
        Assert.Contains("0001_initial", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await Database.ExecuteAsync(
            "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (900, 'future', 'x', 0)");
        var refused = await Assert.ThrowsAsync<StorageRefusedException>(() => Database.OpenAsync(exclusive: false));
        Assert.Contains("version 900", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_step_is_applied_to_an_old_database()
    {
        var next = new Migration(Database.EmbeddedMigrations.Count + 1, "more", "CREATE TABLE more (id integer)");
        await Database.MigrateAsync([.. Database.EmbeddedMigrations, next]);
        Assert.Equal(0, await Database.CountAsync("SELECT count(*) FROM more"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_behind()
    {
        var next = Database.EmbeddedMigrations.Count + 1;
        await Assert.ThrowsAnyAsync<Exception>(() => Database.MigrateAsync(
        [
            .. Database.EmbeddedMigrations,
            new Migration(next, "more", "CREATE TABLE more (id integer)"),
            new Migration(next + 1, "wrong", "CREATE TABLE more (id integer)"),
        ]));

        Assert.Equal(next - 1, await Database.CountAsync("SELECT count(*) FROM schema_migration"));
        await Assert.ThrowsAnyAsync<Exception>(() => Database.CountAsync("SELECT count(*) FROM more"));
    }
}
