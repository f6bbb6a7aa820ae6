using System.Text.Json;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Recorded;

/// <summary>Recorded error bodies become our errors, and the provider's own text stays readable.</summary>
public sealed class RecordedErrorTests(RecordedWorld fixture) : IClassFixture<RecordedWorld>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai/chat-reasoning-model-legacy-parameter-error.json", 400, 400, "provider_rejected", "max_tokens")]
    [InlineData("openai/responses-reasoning-model-temperature-error.json", 400, 400, "provider_rejected", "temperature")]
    [InlineData("openai/responses-openai-error.1.json", 429, 502, "provider_auth", null)]
    public async Task A_recorded_error_keeps_its_meaning_and_its_text(
        string file, int status, int answered, string code, string? parameter)
    {
        var world = fixture.World;
        var recorded = await File.ReadAllTextAsync(Path.Combine(Repository.Wire!, file), Token);
        var message = JsonElement.Parse(recorded).GetProperty("error").GetProperty("message").GetString()!;
        foreach (var stream in new[] { false, true })
        {
            var response = await world.Api.PostAsync(
                "/api/v1/chat/completions", ApiClient.Chat(RecordedWorld.Slug(file, status), stream), Token);

            Assert.Equal(answered, response.Status);
            Assert.Equal(code, response.ErrorCode);
            var error = response.Json.GetProperty("error");
            var metadata = error.GetProperty("metadata");
            Assert.Equal("OPENAI", metadata.GetProperty("provider_name").GetString());
            Assert.Equal(status, metadata.GetProperty("provider_code").GetInt32());
            Assert.Equal(Shown(recorded).Trim(), metadata.GetProperty("raw").GetString()!.Trim());
            Assert.Equal(parameter, error.GetProperty("param").GetString());
            if (code == "provider_rejected")
            {
                Assert.Contains(message, response.ErrorMessage, StringComparison.Ordinal);
            }

            var generation = await world.GenerationAsync(response.Header("X-Generation-Id")!, Token);
            Assert.Equal("0", generation.GetProperty("total_cost").GetRawText());
        }
    }

    [Theory]
    [InlineData("openai/chat-reasoning-model-legacy-parameter-error.json", 400, "provider_rejected", "max_tokens")]
    [InlineData("openai/responses-reasoning-model-temperature-error.json", 400, "provider_rejected", "temperature")]
    [InlineData("openai/responses-openai-error.1.json", 502, "provider_auth", null)]
    public async Task An_error_body_with_status_200_is_an_error_nevertheless(
        string file, int answered, string code, string? parameter)
    {
        var world = fixture.World;
        var recorded = await File.ReadAllTextAsync(Path.Combine(Repository.Wire!, file), Token);
        var message = JsonElement.Parse(recorded).GetProperty("error").GetProperty("message").GetString()!;
        foreach (var stream in new[] { false, true })
        {
            var response = await world.Api.PostAsync(
                "/api/v1/chat/completions", ApiClient.Chat(RecordedWorld.Slug(file), stream), Token);

            Assert.Equal(answered, response.Status);
            Assert.Equal(code, response.ErrorCode);
            Assert.Equal(parameter, response.Json.GetProperty("error").GetProperty("param").GetString());
            Assert.Contains(
                Shown(message), response.Json.GetProperty("error").GetProperty("metadata").GetProperty("raw").GetString(), StringComparison.Ordinal);
        }
    }

    // Addresses in a provider's text are hidden: they may be those of an operator's own servers.
    private static string Shown(string text) =>
        text.Replace("https://platform.openai.com/docs/guides/error-codes/api-errors.", "[url]", StringComparison.Ordinal);
}
