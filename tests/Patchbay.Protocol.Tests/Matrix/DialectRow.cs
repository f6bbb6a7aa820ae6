using System.Text;
using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>A dialect: the row of the matrix. Which feature is checked how is the same for all; the fixtures are each one's
/// own.</summary>
internal abstract partial class DialectRow
{
    public abstract string Name { get; }

    protected abstract Dialect Dialect { get; }

    protected abstract string Model { get; }

    protected abstract Cell Text { get; }

    protected abstract Cell Stream { get; }

    protected abstract Cell Tools { get; }

    protected abstract Cell ParallelTools { get; }

    protected abstract Cell StreamedArguments { get; }

    protected abstract Cell StructuredOutput { get; }

    protected abstract Cell ReasoningRoundTrip { get; }

    protected abstract Cell Image { get; }

    protected abstract Cell Pdf { get; }

    protected abstract Cell CacheUsage { get; }

    protected abstract Cell StopReasons { get; }

    protected abstract Cell Refusal { get; }

    protected abstract Cell ErrorClasses { get; }

    protected abstract Cell Usage { get; }

    /// <summary>The cell of a feature; null when there is none.</summary>
    public Cell? this[Feature feature] => feature switch
    {
        Feature.Text => Text,
        Feature.Stream => Stream,
        Feature.Tools => Tools,
        Feature.ParallelTools => ParallelTools,
        Feature.StreamedArguments => StreamedArguments,
        Feature.StructuredOutput => StructuredOutput,
        Feature.ReasoningRoundTrip => ReasoningRoundTrip,
        Feature.Image => Image,
        Feature.Pdf => Pdf,
        Feature.CacheUsage => CacheUsage,
        Feature.StopReasons => StopReasons,
        Feature.Refusal => Refusal,
        Feature.ErrorClasses => ErrorClasses,
        Feature.Usage => Usage,
        _ => null,
    };

    /// <summary>How a stream that is whole ends: most dialects say so themselves.</summary>
    protected virtual ChunkResult End => ChunkResult.Done;

    protected virtual (JsonNode Body, DialectRequest Request) Write(string chat, Parameters without = Parameters.None) =>
        Heard.Write(Dialect, chat, Heard.Target(Model, without));

    protected virtual Heard Hear(IEnumerable<(string Name, string Data)> events, DialectRequest? request = null) =>
        Heard.Stream(Dialect, events, request);

    /// <summary>What a caller hears of a whole answer.</summary>
    public Heard Read(string body) => Hear(body);

    protected virtual Heard Hear(string body, DialectRequest? request = null)
    {
        var completion = Heard.Whole(Dialect, body, request);
        Assert.NotNull(completion);
        return Heard.Of(completion);
    }

    protected virtual GatewayErrorKind KindOf(string body, int status, string? name) =>
        Dialect.ReadError(Encoding.UTF8.GetBytes(body), status, name).Kind;

    /// <summary>What stands at a path of names and places, divided by slashes.</summary>
    protected static JsonNode? At(JsonNode body, string path)
    {
        JsonNode? node = body;
        foreach (var step in path.Split('/'))
        {
            node = node is JsonArray array ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : node?[step];
        }

        return node;
    }

    private static void AssertAt(JsonNode body, (string Path, string Json)[] expected)
    {
        Assert.NotEmpty(expected);
        foreach (var (path, json) in expected)
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), At(body, path)), $"{path}: {body.ToJsonString()}");
        }
    }
}
