using System.Text;
using System.Text.Json;

namespace Patchbay.EndToEnd.Tests.Recorded;

/// <summary>A member of a JSON object and where it stands in the text: at the top (<c>id</c>) or in a choice
/// (<c>choices/finish_reason</c>).</summary>
internal sealed record DocumentMember(string Path, int NameStart, int ValueStart, int End, int PreviousEnd, int Choice);

/// <summary>One JSON document as bytes, and the documented edits of the gateway, undone on what arrived or done on what was
/// recorded. Written against the documentation, without the product's own code.</summary>
internal sealed class RecordingDocument
{
    private static readonly string[] Envelope =
        ["id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation"];

    private readonly byte[] _json;
    private readonly List<DocumentMember> _members = [];

    public RecordingDocument(string json)
    {
        _json = Encoding.UTF8.GetBytes(json);
        Locate();
    }

    public JsonElement Json => JsonElement.Parse(_json);

    public string Text => Encoding.UTF8.GetString(_json);

    /// <summary>A chunk that only carries usage; it is not forwarded, its usage comes in the one chunk at the end.</summary>
    public bool IsUsageOnly =>
        Json is var json && json.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
        && json.GetProperty("choices").GetArrayLength() == 0
        && json.EnumerateObject().All(member => Envelope.Contains(member.Name));

    /// <summary>The text without the member <c>usage</c>, which streams carry once, at the end, and without a fingerprint
    /// of null.</summary>
    public string WithoutUsage()
    {
        var rest = new RecordingDocument(Without(Find("usage")));
        return rest.Without(rest.Find("system_fingerprint") is { } found && rest.Text8(found.ValueStart, found.End) == "null" ? found : null);
    }

    /// <summary>The text as it was before the edits: id and model as in the recording, no provider, the provider's own
    /// finish reasons and its name of reasoning, no null added where it tells of no configuration or finish reason, and for whole answers the recorded usage.</summary>
    public string Undone(RecordingDocument recording)
    {
        var edits = new List<(int Start, int End, string Text)>();
        foreach (var member in _members)
        {
            switch (member.Path)
            {
                case "id" or "model" or "usage" or "object":
                    edits.Add((member.ValueStart, member.End, recording.ValueOf(member.Path)));
                    break;
                case "provider":
                case "system_fingerprint" when recording.Find("system_fingerprint") is null:
                    edits.Add((member.PreviousEnd, member.End, ""));
                    break;
                case "choices/finish_reason" when !recording._members.Exists(m => m.Path == member.Path && m.Choice == member.Choice):
                    Assert.Equal("null", Text8(member.ValueStart, member.End));
                    edits.Add((member.PreviousEnd, member.End, ""));
                    break;
                case "choices/native_finish_reason":
                    var reason = _members.Single(m => m.Path == "choices/finish_reason" && m.Choice == member.Choice);
                    Assert.Equal(reason.End, member.PreviousEnd);
                    edits.Add((reason.ValueStart, member.End, Text8(member.ValueStart, member.End)));
                    break;
            }
        }

        var text = new StringBuilder();
        var from = 0;
        foreach (var (start, end, replacement) in edits.OrderBy(edit => edit.Start))
        {
            text.Append(Text8(from, start)).Append(replacement);
            from = end;
        }

        text.Append(Text8(from, _json.Length));
        if (recording.Text.Contains("\"reasoning_content\":", StringComparison.Ordinal))
        {
            text.Replace("\"reasoning\":", "\"reasoning_content\":");
        }

        return text.ToString();
    }

    private string Without(DocumentMember? member)
    {
        if (member is null)
        {
            return Text;
        }

        var (start, end) = member.PreviousEnd > 0
            ? (member.PreviousEnd, member.End)
            : (member.NameStart, _members.First(other => other.Choice < 0 && other.NameStart > member.NameStart).NameStart);
        return Text8(0, start) + Text8(end, _json.Length);
    }

    private string ValueOf(string path) => Find(path) is { } member ? Text8(member.ValueStart, member.End) : "";

    private DocumentMember? Find(string path) => _members.Find(member => member.Path == path);

    private string Text8(int start, int end) => Encoding.UTF8.GetString(_json, start, end - start);

    private void Locate()
    {
        var reader = new Utf8JsonReader(_json);
        var top = "";
        var topEnd = 0;
        var choice = -1;
        var choiceEnd = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == 2 && top == "choices")
            {
                choice++;
                choiceEnd = 0;
            }

            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var name = reader.GetString()!;
            var nameStart = (int)reader.TokenStartIndex;
            if (reader.CurrentDepth == 1)
            {
                top = name;
                _members.Add(new DocumentMember(name, nameStart, ValueStart(reader), EndOf(reader), topEnd, -1));
                topEnd = _members[^1].End;
            }
            else if (reader.CurrentDepth == 3 && top == "choices")
            {
                _members.Add(new DocumentMember("choices/" + name, nameStart, ValueStart(reader), EndOf(reader), choiceEnd, choice));
                choiceEnd = _members[^1].End;
            }
        }
    }

    private static int ValueStart(Utf8JsonReader reader)
    {
        reader.Read();
        return (int)reader.TokenStartIndex;
    }

    private static int EndOf(Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
        return (int)reader.BytesConsumed;
    }
}
