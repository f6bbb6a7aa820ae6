using System.Text.Json;

namespace Patchbay.Core;

/// <summary>A compiled JSON Schema of draft 7 (https://json-schema.org/draft-07/json-schema-validation). All assertions are
/// checked; <c>format</c> and the content keywords are annotations. Immutable and safe for any number of threads. Neither a
/// hostile schema nor a hostile value costs more than a bounded amount of work.</summary>
public sealed class JsonSchema
{
    /// <summary>A longer schema is not compiled.</summary>
    public const int MostBytes = 256 * 1024;

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>Compiles a schema. Null when it is none: not JSON, a keyword has a value that draft 7 forbids, a reference
    /// leads nowhere or out of the document, a pattern cannot be matched in linear time, or it is larger than is allowed.
    /// </summary>
    public static JsonSchema? TryCompile(ReadOnlyMemory<byte> schema)
    {
        if (schema.Length > MostBytes)
        {
            return null;
        }

        try
        {
            // The nodes keep parts of a copy, whose memory is its own.
            using var document = JsonDocument.Parse(schema);
            return TryCompile(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The same for a schema that was parsed already and whose document stays open.</summary>
    public static JsonSchema? TryCompile(JsonElement schema)
    {
        try
        {
            return new SchemaCompiler(schema).Compile() is { } root ? new JsonSchema(root) : null;
        }
        catch (InvalidOperationException)
        {
            // A string of the schema holds half of a surrogate pair.
            return null;
        }
    }

    /// <summary>Checks a value.</summary>
    public SchemaVerdict Check(JsonElement value)
    {
        var evaluation = new SchemaEvaluation();
        try
        {
            var valid = _root.IsValid(value, ref evaluation);
            return evaluation.IsExhausted ? SchemaVerdict.Undecided : valid ? SchemaVerdict.Valid : SchemaVerdict.Invalid;
        }
        catch (InvalidOperationException)
        {
            // A string of the value holds half of a surrogate pair.
            return SchemaVerdict.Undecided;
        }
    }
}
