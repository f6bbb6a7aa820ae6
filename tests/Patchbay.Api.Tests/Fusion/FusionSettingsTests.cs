using System.Text;
using System.Text.Json;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Api.Tests.Fusion;

public sealed class FusionSettingsTests
{
    private const string Ask = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    private static (FusionSettings? Settings, GatewayError? Error) Read(string members)
    {
        var body = Encoding.UTF8.GetBytes("{" + members + "}");
        var envelope = new RequestEnvelope();
        Assert.Null(ChatRequestReader.Read(body, envelope));
        var settings = FusionSettings.Read(body, envelope, out var error);
        return (settings, error);
    }

    private static FusionSettings Valid(string members)
    {
        var (settings, error) = Read(members);
        Assert.Null(error);
        Assert.NotNull(settings);
        return settings;
    }

    private static JsonElement Writer(FusionSettings settings) => JsonElement.Parse(FusionBodies.Writer(settings, [], null));

    [Theory]
    [InlineData("openrouter/fusion", "openrouter/fusion", "~anthropic/claude-opus-latest")]
    [InlineData("patchbay/fusion", "openrouter/fusion", "~anthropic/claude-opus-latest")]
    [InlineData("openrouter/fusion-flash", "openrouter/fusion-flash", "~google/gemini-flash-latest")]
    [InlineData("openrouter/fusion:nitro", "openrouter/fusion", "~anthropic/claude-opus-latest:nitro")]
    public void The_name_alone_means_a_preset_whose_first_model_analyses_and_writes(string model, string router, string first)
    {
        var settings = Valid($"\"model\":\"{model}\",{Ask}");

        Assert.Equal(router, settings.Router);
        Assert.True(settings.AsksPanel);
        Assert.Equal(3, settings.Panel.Count);
        Assert.Equal(first, settings.Panel[0]);
        Assert.Equal(first, settings.Analyst);
        Assert.Equal([first], settings.Models);
    }

    [Fact]
    public void What_is_named_comes_before_the_preset()
    {
        var settings = Valid(
            "\"model\":\"openrouter/fusion\",\"plugins\":[{\"id\":\"fusion\",\"preset\":\"general-budget\",\"analysis_models\":[\"x/a\",\"x/b\"],\"model\":\"x/c\",\"max_tool_calls\":16,\"tools\":[]}]," + Ask);

        Assert.Equal(["x/a", "x/b"], settings.Panel);
        Assert.Equal("x/c", settings.Analyst);
        Assert.Equal(["x/c"], settings.Models);
    }

    [Fact]
    public void A_preset_on_a_named_model_brings_the_panel_and_the_analyst_and_the_named_model_writes()
    {
        var settings = Valid("\"model\":\"x/y\",\"plugins\":[{\"id\":\"fusion\",\"preset\":\"general-fast\"}]," + Ask);

        Assert.Null(settings.Router);
        Assert.Equal(FusionPresets.Panel("general-fast"), settings.Panel);
        Assert.Equal(FusionPresets.Panel("general-fast")[0], settings.Analyst);
        Assert.Equal(["x/y"], settings.Models);
    }

    [Fact]
    public void The_tool_names_the_analyst_only_and_bounds_the_inner_calls()
    {
        var settings = Valid(
            "\"model\":\"x/y\",\"tools\":[{\"type\":\"openrouter:fusion\",\"parameters\":{\"model\":\"x/judge\",\"analysis_models\":[\"x/a\"],\"max_completion_tokens\":500,\"temperature\":0.7,\"reasoning\":{\"effort\":\"low\"}}}]," + Ask);

        Assert.Equal("x/judge", settings.Analyst);
        Assert.Equal(["x/y"], settings.Models);
        Assert.Equal(500, settings.MaxTokens);
        var panel = JsonElement.Parse(FusionBodies.Panel(settings, "x/a", 500));
        Assert.Equal(0.7, panel.GetProperty("temperature").GetDouble());
        Assert.Equal("low", panel.GetProperty("reasoning").GetProperty("effort").GetString());
        Assert.Equal(500, panel.GetProperty("max_tokens").GetInt32());
        var analyst = JsonElement.Parse(FusionBodies.Analyst(settings, [], 500));
        Assert.Equal(0, analyst.GetProperty("temperature").GetDouble());
        Assert.Equal("low", analyst.GetProperty("reasoning").GetProperty("effort").GetString());
        Assert.True(analyst.GetProperty("response_format").GetProperty("json_schema").GetProperty("strict").GetBoolean());
    }

    [Fact]
    public void Fallback_models_stand_in_for_the_one_that_writes()
    {
        var settings = Valid(
            "\"model\":\"openrouter/fusion\",\"models\":[\"x/y\"],\"plugins\":[{\"id\":\"fusion\",\"model\":\"x/c\"}]," + Ask);

        Assert.Equal(["x/c", "x/y"], settings.Models);
        var writer = Writer(settings);
        Assert.Equal("x/c", writer.GetProperty("model").GetString());
        Assert.Equal(2, writer.GetProperty("models").GetArrayLength());
    }

    [Theory]
    [InlineData("\"analysis_models\":[]", "plugins[0].analysis_models")]
    [InlineData("\"analysis_models\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]", "plugins[0].analysis_models")]
    [InlineData("\"analysis_models\":[\"a/b\",7]", "plugins[0].analysis_models[1]")]
    [InlineData("\"analysis_models\":[\"openrouter/fusion\"]", "plugins[0].analysis_models[0]")]
    [InlineData("\"analysis_models\":[\"patchbay/fusion-flash:nitro\"]", "plugins[0].analysis_models[0]")]
    [InlineData("\"model\":\"openrouter/fusion\"", "plugins[0].model")]
    [InlineData("\"model\":\"\"", "plugins[0].model")]
    [InlineData("\"preset\":\"general-best\"", "plugins[0].preset")]
    [InlineData("\"max_tool_calls\":0", "plugins[0].max_tool_calls")]
    [InlineData("\"max_tool_calls\":17", "plugins[0].max_tool_calls")]
    [InlineData("\"enabled\":1", "plugins[0].enabled")]
    [InlineData("\"max_completion_tokens\":0", "plugins[0].max_completion_tokens")]
    [InlineData("\"temperature\":2.5", "plugins[0].temperature")]
    [InlineData("\"reasoning\":{\"effort\":\"huge\"}", "plugins[0].reasoning.effort")]
    [InlineData("\"reasoning\":{\"effort\":\"low\",\"max_tokens\":5}", "plugins[0].reasoning")]
    [InlineData("\"tools\":[{\"type\":\"openrouter:web_search\"}]", "plugins[0].tools")]
    [InlineData("\"tools\":[{}]", "plugins[0].tools[0].type")]
    [InlineData("\"tools\":{}", "plugins[0].tools")]
    public void What_is_wrong_is_named(string option, string parameter)
    {
        var (settings, error) = Read("\"model\":\"x/y\",\"plugins\":[{\"id\":\"fusion\"," + option + "}]," + Ask);

        Assert.Null(settings);
        Assert.Equal(GatewayErrorKind.InvalidRequest, error?.Kind);
        Assert.Equal(parameter, error?.Parameter);
    }

    [Fact]
    public void Parameters_of_the_tool_must_be_an_object()
    {
        var (_, error) = Read("\"model\":\"x/y\",\"tools\":[{\"type\":\"openrouter:fusion\",\"parameters\":[]}]," + Ask);

        Assert.Equal("tools[0].parameters", error?.Parameter);
    }

    [Fact]
    public void A_prompt_without_messages_is_refused()
    {
        var (_, error) = Read("\"model\":\"openrouter/fusion\",\"prompt\":\"Hello\"");

        Assert.Equal("messages", error?.Parameter);
    }

    [Fact]
    public void A_plugin_that_is_switched_off_asks_nobody()
    {
        var (named, none) = Read("\"model\":\"x/y\",\"plugins\":[{\"id\":\"fusion\",\"enabled\":false}]," + Ask);
        var router = Valid("\"model\":\"openrouter/fusion\",\"plugins\":[{\"id\":\"fusion\",\"enabled\":false}]," + Ask);

        Assert.Null(named);
        Assert.Null(none);
        Assert.False(router.AsksPanel);
        Assert.Equal(Ask[11..], Writer(router).GetProperty("messages").GetRawText());
    }

    [Theory]
    [InlineData("\"tool_choice\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"},{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"4\"}]")]
    public void Who_forbids_tools_or_answers_one_asks_no_panel_and_the_tool_is_taken_out(string members)
    {
        var settings = Valid("\"model\":\"x/y\",\"tools\":[{\"type\":\"openrouter:fusion\"}]," + members);

        Assert.False(settings.AsksPanel);
        Assert.False(Writer(settings).TryGetProperty("tools", out _));
        Assert.False(Writer(settings).TryGetProperty("tool_choice", out _));
    }

    [Fact]
    public void The_answers_request_is_the_callers_without_the_fusion_and_with_the_material()
    {
        var settings = Valid(
            "\"model\":\"x/y\",\"stream\":true,\"seed\":7,\"odd\":{\"é\":[1.50]},\"plugins\":[{\"id\":\"other\"},{\"id\":\"fusion\"}],"
            + "\"tools\":[{\"type\":\"openrouter:fusion\"},{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"auto\","
            + "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Hello\"}]");

        var writer = Writer(settings);

        Assert.Equal("x/y", writer.GetProperty("model").GetString());
        Assert.True(writer.GetProperty("stream").GetBoolean());
        Assert.Equal("{\"é\":[1.50]}", writer.GetProperty("odd").GetRawText());
        Assert.Equal("other", Assert.Single(writer.GetProperty("plugins").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("function", Assert.Single(writer.GetProperty("tools").EnumerateArray()).GetProperty("type").GetString());
        Assert.Equal("auto", writer.GetProperty("tool_choice").GetString());
        var messages = writer.GetProperty("messages");
        Assert.Equal(2, messages.GetArrayLength());
        Assert.StartsWith("Be brief.\n\n", messages[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Equal("{\"role\":\"user\",\"content\":\"Hello\"}", messages[1].GetRawText());
    }

    [Fact]
    public void Conditions_of_the_request_hold_for_every_part()
    {
        var settings = Valid(
            "\"model\":\"openrouter/fusion\",\"provider\":{\"zdr\":true,\"only\":[\"alpha\"]},\"session_id\":\"s\",\"user\":\"u\"," + Ask);

        foreach (var body in new[] { FusionBodies.Panel(settings, "x/a", null), FusionBodies.Analyst(settings, [], null) })
        {
            var part = JsonElement.Parse(body);
            Assert.Equal("{\"zdr\":true,\"only\":[\"alpha\"]}", part.GetProperty("provider").GetRawText());
            Assert.Equal("s", part.GetProperty("session_id").GetString());
            Assert.Equal("u", part.GetProperty("user").GetString());
            Assert.False(part.TryGetProperty("max_tokens", out _));
            Assert.Null(ChatRequestReader.Read(body, new RequestEnvelope()));
        }
    }
}
