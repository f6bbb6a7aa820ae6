using Patchbay.Billing;

namespace Patchbay.Storage.Tests;

public abstract class GenerationCompliance(TestDatabase database) : StorageCompliance(database)
{
    public static TheoryData<GenerationAttempt[]> Attempts => new(
        [],
        [new GenerationAttempt("acme:echo", "Acme", "acme/écho 🎈", 206, null, 12)],
        [new GenerationAttempt("acme:echo", "Acme", "acme/écho 🎈", 0, "timeout \"quoted\" é", 12)],
        [new GenerationAttempt("acme:echo", "Acme", "acme/écho 🎈", 200, null, 12) { Kind = AttemptKind.Continuation }],
        [new GenerationAttempt("elsewhere", "Acme", "acme/écho 🎈", 200, null, 12)],
        [
            new GenerationAttempt("first", "First", "m/one", 502, "bad_gateway", 3) { Kind = AttemptKind.Hedge },
            new GenerationAttempt("acme:echo", "Acme", "acme/écho 🎈", 200, null, 12),
        ]);

    [Theory]
    [MemberData(nameof(Attempts))]
    public async Task Attempts_come_back_as_they_were(GenerationAttempt[] attempts)
    {
        var generation = Samples.Full(Now) with { Attempts = attempts };
        await Storage.Settlements.SettleAsync(new Settlement(generation, null, []));
        var found = await Storage.Generations.FindAsync(generation.Id, Samples.Organization, Token);
        Assert.Equal(attempts, found!.Attempts);
    }

    [Fact]
    public async Task Usage_that_was_not_reported_stays_apart_from_zero()
    {
        var generation = Samples.Full(Now) with { Usage = new Core.Usage { Output = 0 } };
        await Storage.Settlements.SettleAsync(new Settlement(generation, null, []));
        var found = await Storage.Generations.FindAsync(generation.Id, Samples.Organization, Token);
        Assert.Equal(new Core.Usage { Output = 0 }, found!.Usage);
    }

    [Fact]
    public async Task Long_and_hostile_texts_come_back_unchanged()
    {
        var text = string.Concat(Enumerable.Repeat("'); DROP TABLE generation; -- 🎈 ", 100));
        var generation = Samples.Full(Now) with { UserAgent = text, ExternalUser = "\t\n\"\\" };
        await Storage.Settlements.SettleAsync(new Settlement(generation, null, []));
        Assert.Equivalent(
            generation, await Storage.Generations.FindAsync(generation.Id, Samples.Organization, Token), strict: true);
    }

    [Fact]
    public async Task Another_organization_finds_nothing()
    {
        var settlement = Samples.Settlement(Now);
        await Storage.Settlements.SettleAsync(settlement);
        var stranger = Guid.CreateVersion7();

        Assert.Null(await Storage.Generations.FindAsync(settlement.Generation.Id, stranger, Token));
        var query = new GenerationQuery(stranger, null, 0, 10);
        Assert.Empty(await Storage.Generations.ListAsync(query, Token));
        Assert.Equal(0, await Storage.Generations.CountAsync(query, Token));

        // Naming a workspace of others does not help.
        Assert.Empty(await Storage.Generations.ListAsync(query with { WorkspaceId = Samples.Workspace }, Token));
        Assert.Equal(0, await Storage.Generations.CountAsync(query with { WorkspaceId = Samples.Workspace }, Token));
    }

    [Fact]
    public async Task A_list_is_newest_first_and_pages_without_gaps()
    {
        var other = Guid.CreateVersion7();
        var expected = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            var settlement = Samples.Settlement(Now.AddHours(-i * 12));
            if (i == 3)
            {
                settlement = settlement with { Generation = settlement.Generation with { WorkspaceId = other } };
            }

            expected.Add(settlement.Generation.Id);
            await Storage.Settlements.SettleAsync(settlement);
        }

        var query = new GenerationQuery(Samples.Organization, null, 0, 3);
        Assert.Equal(7, await Storage.Generations.CountAsync(query, Token));
        Assert.Equal(expected, await PageAsync(query));

        query = query with { WorkspaceId = Samples.Workspace };
        expected.RemoveAt(3);
        Assert.Equal(6, await Storage.Generations.CountAsync(query, Token));
        Assert.Equal(expected, await PageAsync(query));
    }

    private async Task<List<string>> PageAsync(GenerationQuery query)
    {
        var ids = new List<string>();
        for (; query.Offset < 9; query = query with { Offset = query.Offset + query.Limit })
        {
            ids.AddRange((await Storage.Generations.ListAsync(query, Token)).Select(generation => generation.Id));
        }

        return ids;
    }
}
