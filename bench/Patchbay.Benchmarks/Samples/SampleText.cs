using System.Globalization;
using System.Text;

namespace Patchbay.Benchmarks;

/// <summary>Requests and answers as programs and providers send them.</summary>
internal static class SampleText
{
    private const string Question =
        "A lighthouse keeper writes down the weather four times a day. Explain to a pupil which three readings would "
        + "tell most about tomorrow, why the trend of the pressure matters more than its value, and how the wind's turn "
        + "gives the front away. Use short sentences, name no instrument maker, and finish with one question back.";

    public static byte[] SmallRequest { get; } = Request(turns: 0);

    public static byte[] LargeRequest { get; } = Request(turns: 20);

    /// <summary>One event's data in the middle of a stream.</summary>
    public static byte[] ContentEvent { get; } = Encoding.UTF8.GetBytes(Chunk("{\"content\":\" pressure\"}", "null"));

    /// <summary>One event's data before the text begins.</summary>
    public static byte[] ReasoningEvent { get; } = Encoding.UTF8.GetBytes(Chunk("{\"reasoning_content\":\" falls\"}", "null"));

    /// <summary>A whole stream of 100 events: role, 96 pieces, finish, usage, end.</summary>
    public static byte[] Stream { get; } = WholeStream();

    public static byte[] Response { get; } = Encoding.UTF8.GetBytes(
        "{\"id\":\"chatcmpl-D2rQ7x9KfTn4\",\"object\":\"chat.completion\",\"created\":1790000000,\"model\":\"large-2\","
        + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
        + string.Concat(Enumerable.Repeat("Falling pressure comes before the wind that it will raise. ", 11))
        + "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
        + Usage + ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_6f2a\"}");

    private static string Usage =>
        "\"usage\":{\"prompt_tokens\":124,\"completion_tokens\":96,\"total_tokens\":220,"
        + "\"prompt_tokens_details\":{\"cached_tokens\":64,\"audio_tokens\":0},"
        + "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"
        + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";

    private static byte[] Request(int turns)
    {
        var text = new StringBuilder("{\"model\":\"lab/model\",\"messages\":[{\"role\":\"system\",\"content\":\"You teach at sea.\"},");
        for (var i = 0; i < turns; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{{\"role\":\"{(i % 2 == 0 ? "user" : "assistant")}\",\"content\":\"{Question}\"}},");
        }

        text.Append("{\"role\":\"user\",\"content\":\"").Append(Question)
            .Append("\"}],\"temperature\":0.4,\"top_p\":0.95,\"max_tokens\":512,\"stream\":true,\"user\":\"deck-3\"}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] WholeStream()
    {
        var text = new StringBuilder();
        Event(text, Chunk("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null"));
        for (var i = 0; i < 96; i++)
        {
            Event(text, Chunk(string.Create(CultureInfo.InvariantCulture, $"{{\"content\":\" word{i}\"}}"), "null"));
        }

        Event(text, Chunk("{}", "\"stop\""));
        Event(text, "{\"id\":\"chatcmpl-D2rQ7x9KfTn4\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
            + "\"model\":\"large-2\",\"choices\":[]," + Usage + "}");
        Event(text, "[DONE]");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Event(StringBuilder text, string data) => text.Append("data: ").Append(data).Append("\n\n");

    private static string Chunk(string delta, string finish) =>
        "{\"id\":\"chatcmpl-D2rQ7x9KfTn4\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"large-2\","
        + "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_6f2a\",\"choices\":[{\"index\":0,\"delta\":" + delta
        + ",\"logprobs\":null,\"finish_reason\":" + finish + "}],\"usage\":null}";
}
