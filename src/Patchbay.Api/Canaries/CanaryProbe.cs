using System.Text.Json;

namespace Patchbay.Api;

/// <summary>One question that every host of a model is asked in the same words.</summary>
public sealed class CanaryProbe
{
    private const int Seed = 7;

    private readonly (string Role, string Text)[] _messages;

    private CanaryProbe(string name, int mostTokens, bool hasTool, params (string Role, string Text)[] messages)
    {
        Name = name;
        MostTokens = mostTokens;
        HasTool = hasTool;
        _messages = messages;
    }

    /// <summary>What the probe is called in reports.</summary>
    public string Name { get; }

    /// <summary>The most tokens that an answer may have.</summary>
    public int MostTokens { get; }

    /// <summary>Whether a tool is offered that the answer should call.</summary>
    public bool HasTool { get; }

    /// <summary>All probes. What there is one right answer to shows templates and tokenizers; what is written freely shows
    /// the weights, since the likeliest words of another model, or of rounded weights, are soon others.</summary>
    public static IReadOnlyList<CanaryProbe> All { get; } =
    [
        new("continue a story", 48, false, ("user", "Continue this story with three sentences: The lighthouse keeper found a copper key in the sand.")),
        new("explain", 48, false, ("user", "Explain in two sentences why the sky is blue.")),
        new("describe", 48, false, ("user", "Describe a market in the rain in two sentences. Use no adjectives.")),
        new("write code", 48, false, ("user", "Write a Python function that returns the longest run of equal items in a list. Code only.")),
        new("translate", 40, false, ("user", "Translate into German: The bridge was closed because the river had risen over night.")),
        new("repeat", 32, false, ("user", "Repeat this line exactly and write nothing else: naïve café 東京 🗼 a_b-c {x: 1} <b>42</b>")),
        new("obey the system", 16, false, ("system", "Answer every question with the single word PINEAPPLE."), ("user", "What is the capital of France?")),
        new("remember a turn", 16, false, ("user", "My number is 7413."), ("assistant", "Noted."), ("user", "Which number did I tell you? Answer with the number only.")),
        new("list in order", 48, false, ("user", "List the first twelve chemical elements by name, separated by commas.")),
        new("call a tool", 48, true, ("user", "What is the weather in Paris now? Use the tool.")),
    ];

    /// <summary>The request as a chat completion with fixed sampling.</summary>
    /// <param name="model">The model's slug.</param>
    /// <param name="logprobs">Ask for the probabilities of the tokens.</param>
    public byte[] Body(string model, bool logprobs)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, model);
            json.WriteStartArray("messages"u8);
            foreach (var (role, text) in _messages)
            {
                json.WriteStartObject();
                json.WriteString("role"u8, role);
                json.WriteString("content"u8, text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("temperature"u8, 0);
            json.WriteNumber("seed"u8, Seed);
            json.WriteNumber("max_tokens"u8, MostTokens);
            if (logprobs && !HasTool)
            {
                json.WriteBoolean("logprobs"u8, true);
            }

            if (HasTool)
            {
                json.WritePropertyName("tools"u8);
                json.WriteRawValue("""
                    [{"type":"function","function":{"name":"get_weather","description":"The weather in a city now.",
                    "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}}]
                    """);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
