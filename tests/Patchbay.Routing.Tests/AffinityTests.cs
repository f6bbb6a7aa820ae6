using Patchbay.Catalog;
using Patchbay.Core;
using static Patchbay.Routing.Tests.TestCatalog;

namespace Patchbay.Routing.Tests;

public sealed class AffinityTests
{
    private const string Slug = "lab/model";

    private static readonly Guid Account = new("11111111-1111-1111-1111-111111111111");

    private readonly ManualClock _clock = new();
    private readonly HealthRegistry _health;
    private readonly AffinityTable _table;
    private readonly Endpoint _cheap = Endpoint("cheap", 1);
    private readonly Endpoint _dear = Endpoint("dear", 100);
    private readonly ConversationKey _conversation = ConversationKey.OfSession(Account, "chat-1");

    public AffinityTests()
    {
        _health = new HealthRegistry(_clock);
        _table = new AffinityTable(512, TimeSpan.FromMinutes(5), _clock);
    }

    [Fact]
    public void A_conversation_stays_where_it_was_answered()
    {
        Assert.Equal(["cheap", "dear"], Tags(Sticky(_cheap, _dear)));
        _table.Remember(_conversation, Slug, _dear);

        var plan = Sticky(_cheap, _dear);
        Assert.Equal(["dear", "cheap"], Tags(plan));
        Assert.True(plan.IsSticky);
        Assert.False(Plan(Request(_cheap, _dear), _health).IsSticky);
    }

    [Fact]
    public void Accounts_models_and_names_of_conversations_are_apart()
    {
        ConversationKey[] keys =
        [
            _conversation, ConversationKey.OfSession(Account, "chat-2"), ConversationKey.OfSession(Guid.Empty, "chat-1"),
            ConversationKey.OfCacheKey(Account, "chat-1"), ConversationKey.OfOpening(Account, 7),
            ConversationKey.OfOpening(Account, 8),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        _table.Remember(keys[0], Slug, _dear);
        Assert.All(keys[1..], key => Assert.Equal(-1, _table.Find(key, Slug)));
        Assert.Equal(-1, _table.Find(keys[0], "lab/other"));
        Assert.Equal(_dear.Ordinal, _table.Find(keys[0], Slug));
    }

    [Fact]
    public void An_idle_conversation_is_forgotten_and_each_success_prolongs_it()
    {
        _table.Remember(_conversation, Slug, _dear);
        _clock.Advance(299);
        _table.Refresh(_conversation, Slug, _dear);
        _clock.Advance(299);
        Assert.Equal(_dear.Ordinal, _table.Find(_conversation, Slug));
        _clock.Advance(1);
        Assert.Equal(-1, _table.Find(_conversation, Slug));
        _table.Refresh(_conversation, Slug, _dear);
        Assert.Equal(-1, _table.Find(_conversation, Slug));
    }

    [Fact]
    public void A_longer_cache_is_remembered_longer_and_stays_so()
    {
        _table.Remember(_conversation, Slug, _dear, TimeSpan.FromHours(1));
        _clock.Advance(3_000);
        _table.Refresh(_conversation, Slug, _dear);
        _clock.Advance(3_599);
        Assert.Equal(_dear.Ordinal, _table.Find(_conversation, Slug));
        _table.Remember(_conversation, Slug, _cheap);
        _clock.Advance(301);
        Assert.Equal(-1, _table.Find(_conversation, Slug));
    }

    [Fact]
    public void Another_endpoints_success_does_not_prolong_it()
    {
        _table.Remember(_conversation, Slug, _dear);
        _table.Refresh(_conversation, Slug, _cheap);
        Assert.Equal(_dear.Ordinal, _table.Find(_conversation, Slug));
    }

    [Fact]
    public void The_callers_order_is_stronger()
    {
        _table.Remember(_conversation, Slug, _dear);
        var request = Request(_cheap, _dear) with { Conversation = _conversation, Preferences = new() { Order = ["cheap"] } };
        var plan = RoutePlanner.Plan(request, _health, new Random(1), _table);
        Assert.Equal(["cheap", "dear"], Tags(plan));
        Assert.False(plan.IsSticky);
    }

    [Fact]
    public void It_is_stronger_than_a_sort_and_relaxes_no_filter()
    {
        _table.Remember(_conversation, Slug, _dear);
        var request = Request(_cheap, _dear) with { Conversation = _conversation };
        Assert.Equal(["dear", "cheap"], Tags(Sticky(request with { Preferences = new() { Sort = RouteSort.Price } })));
        Assert.Equal(["cheap"], Tags(Sticky(request with { Preferences = new() { Ignore = ["dear"] } })));
        Assert.Equal(["cheap"], Tags(Sticky(request with { Preferences = new() { MaxPrice = new PriceCeiling(Prompt: 5) } })));
        Assert.Equal(["dear"], Tags(Sticky(request with { Preferences = new() { AllowFallbacks = false } })));
    }

    [Fact]
    public void A_suspicion_does_not_break_it_and_a_pause_does()
    {
        _table.Remember(_conversation, Slug, _dear);
        _health.RecordFailure(_dear, GatewayErrorKind.ProviderError, null);
        Assert.Equal(["dear", "cheap"], Tags(Sticky(_cheap, _dear)));
        _health.RecordFailure(_dear, GatewayErrorKind.ProviderRateLimited, TimeSpan.FromSeconds(10));
        Assert.Equal(["cheap", "dear"], Tags(Sticky(_cheap, _dear)));
        _clock.Advance(10);
        Assert.Equal(["dear", "cheap"], Tags(Sticky(_cheap, _dear)));
    }

    [Fact]
    public void Each_model_of_a_request_has_its_own_endpoint()
    {
        var (a, b) = (Endpoint("a", 1, "lab/one"), Endpoint("b", 100, "lab/one"));
        var (c, d) = (Endpoint("c", 1, "lab/two"), Endpoint("d", 100, "lab/two"));
        _table.Remember(_conversation, "lab/one", b);
        _table.Remember(_conversation, "lab/two", d);
        var request = new RouteRequest
        {
            Snapshot = Snapshot(Model("lab/one", a, b), Model("lab/two", c, d)),
            Models = ["lab/one", "lab/two"],
            Conversation = _conversation,
        };
        Assert.Equal(["b", "a", "d", "c"], Tags(Sticky(request)));
    }

    [Fact]
    public void The_table_keeps_its_size_and_the_newest()
    {
        const int Conversations = 20_000;
        for (var i = 0; i < Conversations; i++)
        {
            _clock.Advance(0.001);
            _table.Remember(ConversationKey.OfOpening(Account, (ulong)i), Slug, _dear);
        }

        var known = Enumerable.Range(0, Conversations)
            .Where(i => _table.Find(ConversationKey.OfOpening(Account, (ulong)i), Slug) >= 0).ToArray();
        Assert.InRange(known.Length, 450, 512);
        Assert.True(known.Average() > Conversations - 600, "The oldest should have made way.");
    }

    [Fact]
    public async Task Many_threads_may_use_it()
    {
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (thread, _) =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var key = ConversationKey.OfOpening(Account, (ulong)(i % 100));
                _table.Remember(key, Slug, _dear);
                Assert.Equal(_dear.Ordinal, _table.Find(key, Slug));
            }

            return ValueTask.CompletedTask;
        });
    }

    private RoutePlan Sticky(params Endpoint[] endpoints) => Sticky(Request(endpoints) with { Conversation = _conversation });

    private RoutePlan Sticky(RouteRequest request) => RoutePlanner.Plan(request, _health, new Random(1), _table);
}
