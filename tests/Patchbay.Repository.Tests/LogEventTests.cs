using System.Globalization;
using System.Text.RegularExpressions;

namespace Patchbay.Repository.Tests;

public sealed partial class LogEventTests
{
    private static readonly Dictionary<string, int> FirstIds = new(StringComparer.Ordinal)
    {
        ["src/Patchbay.Api/"] = 1000,
        ["src/Patchbay.Routing/"] = 2000,
        ["src/Patchbay.Providers/"] = 3000,
        ["src/Patchbay.Billing/"] = 4000,
        ["src/Patchbay.Catalog/"] = 5000,
        ["src/Patchbay.Identity/"] = 6000,
        ["src/Patchbay.Storage/"] = 7000,
        ["src/Patchbay.Server/"] = 8000,
    };

    [Fact]
    public void Every_log_event_has_an_id_of_its_own_in_its_projects_thousand()
    {
        var findings = new Findings();
        var seen = new Dictionary<int, string>();
        foreach (var file in Repository.CSharp("src/"))
        {
            var firstId = FirstIds.FirstOrDefault(range => file.IsBelow(range.Key)).Value;
            foreach (Match attribute in LoggerMessage().Matches(file.CSharp.Code))
            {
                var where = file.At(attribute.Index);
                var match = EventId().Match(attribute.Value);
                if (!match.Success)
                {
                    findings.Add($"{where}: no event id");
                    continue;
                }

                var id = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
                if (firstId == 0 || id < firstId || id >= firstId + 1000)
                {
                    findings.Add($"{where}: {id} is not between {firstId} and {firstId + 999}");
                }

                if (!seen.TryAdd(id, where))
                {
                    findings.Add($"{where}: {id} is also at {seen[id]}");
                }
            }
        }

        Assert.NotEmpty(seen);
        findings.AssertNone("An operator can filter the log by event id.");
    }

    [Fact]
    public void Logging_goes_through_generated_methods()
    {
        var findings = new Findings();
        foreach (var file in Repository.CSharp("src/"))
        {
            findings.AddMatches(file, file.CSharp.Code, DirectLogging());
        }

        findings.AssertNone("Log by a [LoggerMessage] method.");
    }

    [GeneratedRegex(@"\[LoggerMessage\([^\]]*\]")]
    private static partial Regex LoggerMessage();

    [GeneratedRegex(@"(?:EventId\s*=\s*|LoggerMessage\(\s*)(\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(")]
    private static partial Regex DirectLogging();
}
