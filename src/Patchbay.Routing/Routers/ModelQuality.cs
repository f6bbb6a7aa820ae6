using System.Collections.Immutable;
using Patchbay.Catalog;

namespace Patchbay.Routing;

/// <summary>What published tests speak of.</summary>
internal enum QualityArea
{
    /// <summary>All tests together.</summary>
    Overall,

    /// <summary>Writing and changing programs.</summary>
    Coding,

    /// <summary>Long work with tools.</summary>
    Agents,
}

/// <summary>The measured quality of models: their place, from 0 to 1, among all models with published tests. Tests differ in
/// how hard they are and in which models took them, so scores are not averaged: each model gets an ability and each test a
/// difficulty such that the log-odds of a score are ability minus difficulty, as nearly as possible (least squares, found by
/// turns). A model with few results is drawn towards what is usual for its age: how much newer models score better in one
/// and the same test is read off the results too, and it is what connects old tests with new ones that few models share.
/// Immutable; equal catalogues give equal numbers.</summary>
internal sealed class ModelQuality
{
    private const int Rounds = 100;
    private const double Doubt = 1;

    private static readonly string[] AgentTests = ["SWE-Bench", "Terminal-Bench", "Agent", "τ", "SWE-Atlas"];
    private static readonly string[] OtherTests =
        ["GPQA", "Humanity", "CharXiv", "MRCR", "Long Context", "τ", "CTI", "MMLU", "AIME", "MATH"];

    private readonly Dictionary<string, double>[] _places;

    public ModelQuality(ImmutableArray<Model> models)
    {
        _places =
        [
            Fit(models, static _ => true),
            Fit(models, static test => !IsOneOf(OtherTests, test)),
            Fit(models, static test => IsOneOf(AgentTests, test)),
        ];
    }

    /// <summary>The place of a model by the tests of an area; by all tests where that area has none of it; null when it was
    /// never measured.</summary>
    public double? Of(Model model, QualityArea area) =>
        _places[(int)area].TryGetValue(model.Slug, out var place)
        || _places[(int)QualityArea.Overall].TryGetValue(model.Slug, out place)
            ? place
            : null;

    /// <summary>The same without the way out to other areas.</summary>
    public double? OfOnly(Model model, QualityArea area) =>
        _places[(int)area].TryGetValue(model.Slug, out var place) ? place : null;

    private static bool IsOneOf(string[] beginnings, string test)
    {
        foreach (var beginning in beginnings)
        {
            if (test.Contains(beginning, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static Dictionary<string, double> Fit(ImmutableArray<Model> models, Func<string, bool> counts)
    {
        var names = new List<string>();
        var ages = new List<double?>();
        var tests = new Dictionary<string, int>(StringComparer.Ordinal);
        var results = new List<(int Model, int Test, double Odds)>();
        foreach (var model in models)
        {
            var best = Best(model, counts);
            if (best.Count == 0)
            {
                continue;
            }

            foreach (var (test, score) in best)
            {
                if (!tests.TryGetValue(test, out var index))
                {
                    tests.Add(test, index = tests.Count);
                }

                var share = Math.Clamp((double)score / 100, 0.01, 0.99);
                results.Add((names.Count, index, Math.Log(share / (1 - share))));
            }

            names.Add(model.Slug);
            ages.Add(YearOf(model));
        }

        return Places(names, Abilities(Usual(ages, tests.Count, results), tests.Count, results));
    }

    // Of several settings of one test the best counts. The unit belongs to the test: it tells versions apart.
    private static SortedDictionary<string, decimal> Best(Model model, Func<string, bool> counts)
    {
        var best = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var benchmark in model.Benchmarks)
        {
            var test = $"{benchmark.Name}|{benchmark.Unit}";
            if (counts(benchmark.Name) && (!best.TryGetValue(test, out var score) || benchmark.Score > score))
            {
                best[test] = benchmark.Score;
            }
        }

        return best;
    }

    private static double? YearOf(Model model) =>
        model.ReleaseDate is { } day ? day.DayNumber / 365.25
        : model.Created > 0 ? DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(model.Created).UtcDateTime).DayNumber / 365.25
        : null;

    // The ability that is usual for each model's age: the slope of the results over the years, within tests, times the years
    // that it is newer than the mean. A model of unknown age is of the mean.
    private static double[] Usual(List<double?> ages, int tests, List<(int Model, int Test, double Odds)> results)
    {
        var count = new double[tests];
        var age = new double[tests];
        var odds = new double[tests];
        foreach (var result in results)
        {
            if (ages[result.Model] is { } year)
            {
                count[result.Test]++;
                age[result.Test] += year;
                odds[result.Test] += result.Odds;
            }
        }

        var together = 0.0;
        var alone = 0.0;
        foreach (var result in results)
        {
            if (ages[result.Model] is { } year)
            {
                var newer = year - (age[result.Test] / count[result.Test]);
                together += newer * (result.Odds - (odds[result.Test] / count[result.Test]));
                alone += newer * newer;
            }
        }

        var slope = alone > 0 ? together / alone : 0;
        var known = ages.FindAll(static year => year is not null);
        var mean = 0.0;
        foreach (var year in known)
        {
            mean += year!.Value / known.Count;
        }

        var usual = new double[ages.Count];
        for (var i = 0; i < usual.Length; i++)
        {
            usual[i] = slope * ((ages[i] ?? mean) - mean);
        }

        return usual;
    }

    private static double[] Abilities(double[] usual, int tests, List<(int Model, int Test, double Odds)> results)
    {
        var models = usual.Length;
        var ability = (double[])usual.Clone();
        var difficulty = new double[tests];
        var sums = new double[Math.Max(models, tests)];
        var counts = new double[Math.Max(models, tests)];
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(sums);
            Array.Clear(counts);
            foreach (var (model, test, odds) in results)
            {
                sums[test] += ability[model] - odds;
                counts[test]++;
            }

            for (var i = 0; i < tests; i++)
            {
                difficulty[i] = sums[i] / counts[i];
            }

            Array.Clear(sums);
            Array.Clear(counts);
            foreach (var (model, test, odds) in results)
            {
                sums[model] += odds + difficulty[test];
                counts[model]++;
            }

            for (var i = 0; i < models; i++)
            {
                ability[i] = (sums[i] + (Doubt * usual[i])) / (counts[i] + Doubt);
            }
        }

        return ability;
    }

    private static Dictionary<string, double> Places(List<string> names, double[] ability)
    {
        var places = new Dictionary<string, double>(names.Count, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            var below = 0;
            foreach (var other in ability)
            {
                below += other < ability[i] ? 1 : 0;
            }

            places[names[i]] = names.Count == 1 ? 1 : (double)below / (names.Count - 1);
        }

        return places;
    }
}
