using System.Text;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>Every dialect and every feature of chat: each works or says why it cannot.</summary>
public sealed class MatrixTests(ITestOutputHelper output)
{
    private static DialectRow[] Rows =>
    [
        new ChatRow(), new CompatibleRow(), new AzureRow(), new ResponsesRow(), new AnthropicRow(), new VertexAnthropicRow(), new BedrockAnthropicRow(),
        new GeminiRow(), new VertexRow(), new ConverseRow(), new CohereRow(), new MistralRow(), new OllamaRow(), new ReplicateRow(),
    ];

    public static TheoryData<string, Feature> Cells
    {
        get
        {
            var cells = new TheoryData<string, Feature>();
            foreach (var row in Rows)
            {
                foreach (var feature in Enum.GetValues<Feature>())
                {
                    cells.Add(row.Name, feature);
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_dialect_carries_a_feature_or_says_why_it_cannot(string dialect, Feature feature)
    {
        var cell = Rows.Single(row => row.Name == dialect)[feature];

        Assert.NotNull(cell);
        Assert.StartsWith("https://", cell.Page, StringComparison.Ordinal);
        Assert.NotEqual("", cell.Reason?.Trim());
        cell.Check();
    }

    [Fact]
    public void No_cell_of_the_matrix_is_empty()
    {
        var features = Enum.GetValues<Feature>();
        var reasons = new StringBuilder();
        var table = new StringBuilder($"{"",-20}{string.Concat(features.Select(feature => $"{feature,-7} "))}\n");
        var missing = 0;
        var passed = 0;
        foreach (var row in Rows)
        {
            table.Append($"{row.Name,-20}");
            foreach (var feature in features)
            {
                var cell = row[feature];
                var mark = cell is null ? "MISSING" : !Holds(cell) ? "FAILED" : cell.Reason is null ? "pass" : "cannot";
                missing += mark is "MISSING" or "FAILED" ? 1 : 0;
                passed += mark == "pass" ? 1 : 0;
                table.Append(mark.PadRight(Math.Max(feature.ToString().Length, 7) + 1));
                if (cell?.Reason is { } reason)
                {
                    reasons.Append($"{row.Name}, {feature}: {reason} ({cell.Page})\n");
                }
            }

            table.Append('\n');
        }

        output.WriteLine(table.ToString());
        output.WriteLine(reasons.ToString());
        output.WriteLine($"{Rows.Length} dialects × {features.Length} features: {passed} pass, {(Rows.Length * features.Length) - passed - missing} cannot, {missing} missing or failed.");
        Assert.Equal(0, missing);
    }

    private static bool Holds(Cell cell)
    {
        try
        {
            cell.Check();
            return true;
        }
        catch (Exception exception) when (exception is Xunit.Sdk.XunitException or InvalidOperationException)
        {
            return false;
        }
    }
}
