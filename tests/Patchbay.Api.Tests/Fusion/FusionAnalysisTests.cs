using System.Text;
using System.Text.Json;

namespace Patchbay.Api.Tests.Fusion;

public sealed class FusionAnalysisTests
{
    private const string Whole =
        """{"consensus":["Yes"],"contradictions":[{"topic":"t","stances":[{"model":"a","stance":"s"}]}],"partial_coverage":[{"point":"p","models":["a"]}],"unique_insights":[{"model":"a","insight":"i"}],"blind_spots":["b"]}""";

    [Fact]
    public void A_whole_analysis_is_kept_as_it_is()
    {
        var analysis = FusionAnalysis.Read(Whole, out var failure);

        Assert.Null(failure);
        Assert.Equal(Whole, Encoding.UTF8.GetString(analysis!.Json));
    }

    [Theory]
    [InlineData("```json\n{\"consensus\":[\"Yes\",],}\n```")]
    [InlineData("Here it is: {\"consensus\":[\"Yes\"], \"extra\": 1} I hope it helps.")]
    public void What_stands_around_it_is_passed_over_and_missing_lists_are_empty(string text)
    {
        var analysis = FusionAnalysis.Read(text, out var failure);

        Assert.Null(failure);
        Assert.Equal(
            """{"consensus":["Yes"],"contradictions":[],"partial_coverage":[],"unique_insights":[],"blind_spots":[]}""",
            Encoding.UTF8.GetString(analysis!.Json));
    }

    [Theory]
    [InlineData("", "judge_not_valid_json")]
    [InlineData("They all agree.", "judge_not_valid_json")]
    [InlineData("{\"consensus\":[\"Yes\"", "judge_not_valid_json")]
    [InlineData("{\"consensus\":[\"\\ud800\"]}", "judge_not_valid_json")]
    [InlineData("{\"agreement\":[]}", "judge_schema_mismatch")]
    [InlineData("{\"consensus\":\"Yes\"}", "judge_schema_mismatch")]
    [InlineData("{\"consensus\":[1]}", "judge_schema_mismatch")]
    [InlineData("{\"contradictions\":[{\"topic\":\"t\",\"stances\":[\"a\"]}]}", "judge_schema_mismatch")]
    [InlineData("{\"unique_insights\":[{\"insight\":\"i\"}]}", "judge_schema_mismatch")]
    public void What_is_no_analysis_has_the_reference_word(string text, string word)
    {
        Assert.Null(FusionAnalysis.Read(text, out var failure));
        Assert.Equal(word, failure);
    }

    [Fact]
    public void The_schema_that_is_asked_for_is_json_and_names_the_five_lists()
    {
        var schema = JsonElement.Parse(FusionAnalysis.Format).GetProperty("json_schema").GetProperty("schema");

        Assert.Equal(5, schema.GetProperty("required").GetArrayLength());
        Assert.Equal(5, schema.GetProperty("properties").EnumerateObject().Count());
    }
}
