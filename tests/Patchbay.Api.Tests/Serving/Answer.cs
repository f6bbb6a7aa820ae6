using System.Text.Json;

namespace Patchbay.Api.Tests;

internal sealed record Answer(int Status, string Text, JsonElement Json, TimeSpan? RetryAfter)
{
    public JsonElement Data => Json.GetProperty("data");

    public string[] Names => [.. Data.EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    /// <summary>The digits of a number, or the text of another value, as they were sent.</summary>
    public string Raw(string member) => Data.GetProperty(member).GetRawText();

    public Answer AssertStatus(int status)
    {
        Assert.True(Status == status, $"{Status} instead of {status}: {Text}");
        return this;
    }

    public void AssertError(int status, string message, string? param = null)
    {
        AssertStatus(status);
        var error = Json.GetProperty("error");
        Assert.Equal(status, error.GetProperty("code").GetInt32());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        if (param is not null)
        {
            Assert.Equal(param, error.GetProperty("metadata").GetProperty("param").GetString());
        }
    }
}
