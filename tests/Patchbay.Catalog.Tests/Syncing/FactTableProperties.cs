using FsCheck;
using FsCheck.Fluent;

namespace Patchbay.Catalog.Tests;

public sealed class FactTableProperties
{
    private static readonly string[] Subjects = ["a/x", "a/y", "b|a/x|1", "b|a/y|2", "c/d|a/x|3"];
    private static readonly string[] Facts = ["price.prompt", "context", "name"];

    [Fact]
    public void A_table_does_not_differ_from_itself() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Tables(), table =>
            FactTable.Between(table, table.Copy()).Count == 0));

    [Fact]
    public void The_differences_make_one_table_the_other() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Tables(), Tables(), (before, after) =>
        {
            var changes = FactTable.Between(before, after);
            var made = before.Copy();
            made.Apply(changes);
            return FactTable.Between(made, after).Count == 0
                && FactTable.Between(after, made).Count == 0
                && changes.All(change => (change.Kind == ChangeKind.Added) == (change.Old is null) && (change.Kind == ChangeKind.Removed) == (change.New is null));
        }));

    [Fact]
    public void Every_built_in_record_is_the_same_after_its_facts_were_put_into_it()
    {
        var facts = FactTable.Of(BuiltIn.Data);
        var changes = facts.Subjects.SelectMany(subject =>
        {
            Assert.True(facts.TryGetFacts(subject, out var known));
            return known.Select(fact => new CatalogChange(ChangeKind.Added, subject, fact.Key, null, fact.Value, "test", default(DateOnly)));
        }).ToArray();
        var layered = BuiltIn.Data.With(new SyncedCatalog { Facts = changes });

        Assert.Empty(FactTable.Between(facts, FactTable.Of(layered)));
        Assert.Equal(BuiltIn.Data.Endpoints.Length, layered.Endpoints.Length);
        Assert.Equal(BuiltIn.Data.Models.Length, layered.Models.Length);
        var before = BuiltIn.Build().Models.SelectMany(model => model.Endpoints).ToDictionary(endpoint => endpoint.Id, endpoint => endpoint.PriceSnapshotId);
        var after = CatalogBuilder.Build(layered, null, new FixedCredentials(), 1).Models.SelectMany(model => model.Endpoints);
        Assert.All(after, endpoint => Assert.Equal(before[endpoint.Id], endpoint.PriceSnapshotId));
    }

    private static Arbitrary<FactTable> Tables() => Gen.Elements(Subjects)
        .SelectMany(subject => Gen.Elements(Facts).SelectMany(fact => Gen.Choose(0, 3).Select(value => (subject, fact, value))))
        .ListOf().Select(entries =>
        {
            var table = new FactTable();
            foreach (var (subject, fact, value) in entries)
            {
                table.Set(subject, fact, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            return table;
        }).ToArbitrary();
}
