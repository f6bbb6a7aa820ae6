using System.Globalization;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Reads the three data files. By hand and not by a serializer, since it runs once, at start, where compiling a
/// serializer's generic code costs more than reading. Strict: an unknown member or name is an error.</summary>
internal static class DataReader
{
    private delegate T RecordReader<T>(ref Utf8JsonReader reader);

    public static ProviderRecord[] Providers(ReadOnlySpan<byte> json) => Records(json, 80, ReadProvider);

    public static ModelRecord[] Models(ReadOnlySpan<byte> json) => Records(json, 512, ReadModel);

    public static EndpointRecord[] Endpoints(ReadOnlySpan<byte> json) => Records(json, 1536, ReadEndpoint);

    private static T[] Records<T>(ReadOnlySpan<byte> json, int expected, RecordReader<T> read)
    {
        var reader = new Utf8JsonReader(json);
        var result = new List<T>(expected);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            result.Add(read(ref reader));
        }

        return [.. result];
    }

    private static ProviderRecord ReadProvider(ref Utf8JsonReader reader)
    {
        var record = new ProviderRecord();
        while (Next(ref reader, out var name))
        {
            switch (name)
            {
                case "slug": record.Slug = reader.GetString()!; break;
                case "name": record.Name = reader.GetString()!; break;
                case "base_url": record.BaseUrl = reader.GetString(); break;
                case "auth": record.Auth = reader.GetString()!; break;
                case "env": record.Env = Texts(ref reader); break;
                case "headquarters": record.Headquarters = reader.GetString(); break;
                case "datacenters": record.Datacenters = Texts(ref reader); break;
                case "privacy": record.Privacy = reader.GetString(); break;
                case "terms": record.Terms = reader.GetString(); break;
                case "status": record.Status = reader.GetString(); break;
                case "docs": record.Docs = reader.GetString(); break;
                case "trains": record.Trains = reader.GetBoolean(); break;
                case "retains": record.Retains = reader.GetBoolean(); break;
                case "retention_days": record.RetentionDays = reader.GetInt32(); break;
                case "zdr": record.Zdr = reader.GetBoolean(); break;
                case "quirks": record.Quirks = Texts(ref reader); break;
                case "cancel_stops_billing": record.CancelStopsBilling = reader.GetBoolean(); break;
                default: throw Unknown(name);
            }
        }

        return record;
    }

    private static ModelRecord ReadModel(ref Utf8JsonReader reader)
    {
        var record = new ModelRecord();
        while (Next(ref reader, out var name))
        {
            switch (name)
            {
                case "slug": record.Slug = reader.GetString()!; break;
                case "name": record.Name = reader.GetString()!; break;
                case "canonical": record.Canonical = reader.GetString(); break;
                case "created": record.Created = reader.GetInt64(); break;
                case "released": record.Released = Day(ref reader); break;
                case "cutoff": record.Cutoff = reader.GetString(); break;
                case "context": record.Context = reader.GetInt32(); break;
                case "max_output": record.MaxOutput = reader.GetInt32(); break;
                case "input": record.Input = ReadModalities(ref reader); break;
                case "output": record.Output = ReadModalities(ref reader); break;
                case "tokenizer": record.Tokenizer = reader.GetString(); break;
                case "instruct": record.Instruct = reader.GetString(); break;
                case "hugging_face": record.HuggingFace = reader.GetString(); break;
                case "expires": record.Expires = Day(ref reader); break;
                case "parameters": record.Parameters = ReadParameters(ref reader); break;
                case "moderated": record.Moderated = reader.GetBoolean(); break;
                case "reasoning": record.Reasoning = reader.GetBoolean(); break;
                case "efforts": record.Efforts = Texts(ref reader); break;
                case "aliases": record.Aliases = Texts(ref reader); break;
                default: throw Unknown(name);
            }
        }

        return record;
    }

    private static EndpointRecord ReadEndpoint(ref Utf8JsonReader reader)
    {
        var record = new EndpointRecord();
        while (Next(ref reader, out var name))
        {
            switch (name)
            {
                case "model": record.Model = reader.GetString()!; break;
                case "provider": record.Provider = reader.GetString()!; break;
                case "id": record.Id = reader.GetString()!; break;
                case "prices": record.Prices = PriceDataReader.Read(ref reader); break;
                case "tiers": record.Prices = PriceDataReader.ReadTiers(ref reader, record.Prices); break;
                case "context": record.Context = reader.GetInt32(); break;
                case "max_output": record.MaxOutput = reader.GetInt32(); break;
                case "quantization": record.Quantization = reader.GetString(); break;
                case "parameters": record.Parameters = ReadParameters(ref reader); break;
                case "region": record.Region = reader.GetString(); break;
                case "tag": record.Tag = reader.GetString(); break;
                case "ends": record.Ends = Day(ref reader); break;
                case "disputed": record.Disputed = reader.GetBoolean(); break;
                default: throw Unknown(name);
            }
        }

        return record;
    }

    /// <summary>Steps to the value of the object's next member; false at its end.</summary>
    internal static bool Next(ref Utf8JsonReader reader, out string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            name = "";
            return false;
        }

        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    internal static JsonException Unknown(string name) => new($"The built-in data has the unknown name '{name}'.");

    private static DateOnly Day(ref Utf8JsonReader reader) =>
        DateOnly.ParseExact(reader.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string[] Texts(ref Utf8JsonReader reader)
    {
        var result = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            result.Add(reader.GetString()!);
        }

        return [.. result];
    }

    private static Parameters ReadParameters(ref Utf8JsonReader reader)
    {
        var set = Parameters.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var name = reader.GetString()!;
            set |= ParameterNames.TryParse(name, out var one) ? one : throw Unknown(name);
        }

        return set;
    }

    private static Modalities ReadModalities(ref Utf8JsonReader reader)
    {
        var set = Modalities.None;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var name = reader.GetString()!;
            set |= ModalityNames.TryParse(name, out var one) ? one : throw Unknown(name);
        }

        return set;
    }
}
