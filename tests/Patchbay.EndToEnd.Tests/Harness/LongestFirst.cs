using Patchbay.EndToEnd.Tests.Browser;
using Patchbay.EndToEnd.Tests.Catalogue;
using Patchbay.EndToEnd.Tests.Failover;
using Patchbay.EndToEnd.Tests.Faults;
using Patchbay.EndToEnd.Tests.Operations;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Patchbay.EndToEnd.Tests.LongestFirst))]
[assembly: CollectionBehavior(MaxParallelThreads = 3)]

namespace Patchbay.EndToEnd.Tests;

/// <summary>Begins the classes that take half a minute or more before all others, so that none of them runs alone at the end.
/// Most of their time is waiting; that is why three run at once on two processors.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Long =
    [
        typeof(ReplicaTests), typeof(ConsoleTests), typeof(CrashTests), typeof(ReplicaStory), typeof(SilentProviderTests),
        typeof(HedgeTests), typeof(SyncCommandTests), typeof(PostgresOverrideTests), typeof(SqliteOverrideTests),
        typeof(StopTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Long, type => collection.TestCollectionDisplayName.Contains($" {type.FullName} ", StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
