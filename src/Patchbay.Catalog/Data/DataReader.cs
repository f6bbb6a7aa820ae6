namespace Patchbay.Catalog;

/// <summary>Reads the data files. By hand and not by a serializer, since it runs once, at start, where compiling a
/// serializer's code costs more than reading. Strict: an unknown member or name is an error.</summary>
internal static class DataReader
{
    public static ProviderRecord[] Providers(byte[] json) => Records(json, 192, ReadProvider);

    public static ModelRecord[] Models(byte[] json) => Records(json, 1100, ReadModel);

    public static EndpointRecord[] Endpoints(byte[] json) => Records(json, 3200, ReadEndpoint);

    public static ModelFamily[] Families(byte[] json) => Records(json, 16, ReadFamily);

    private static T[] Records<T>(byte[] json, int expected, Func<DataCursor, T> read)
    {
        var text = new DataCursor(json);
        var result = new List<T>(expected);
        text.Expect('[');
        while (text.Take('{'))
        {
            result.Add(read(text));
        }

        text.Expect(']');
        return [.. result];
    }

    private static ProviderRecord ReadProvider(DataCursor text)
    {
        var record = new ProviderRecord();
        while (text.Next(out var name))
        {
            switch (name)
            {
                case "slug": record.Slug = text.Text(); break;
                case "name": record.Name = text.Text(); break;
                case "protocol": record.Protocol = text.Shared(); break;
                case "base_url": record.BaseUrl = text.Text(); break;
                case "settings": record.Settings = Pairs(text); break;
                case "apis": record.Apis = Pairs(text); break;
                case "api_auth": record.ApiAuth = Pairs(text); break;
                case "auth": record.Auth = text.Shared(); break;
                case "env": record.Env = text.Texts(); break;
                case "category": record.Category = text.Shared(); break;
                case "headquarters": record.Headquarters = text.Shared(); break;
                case "datacenters": record.Datacenters = text.Texts(); break;
                case "privacy": record.Privacy = text.Text(); break;
                case "terms": record.Terms = text.Text(); break;
                case "status": record.Status = text.Text(); break;
                case "docs": record.Docs = text.Text(); break;
                case "trains": record.Trains = text.Flag(); break;
                case "retains": record.Retains = text.Flag(); break;
                case "retention_days": record.RetentionDays = text.Int(); break;
                case "zdr": record.Zdr = text.Shared(); break;
                case "quirks": record.Quirks = text.Texts(); break;
                case "cancel_stops_billing": record.CancelStopsBilling = text.Flag(); break;
                case "own": break;
                default: throw DataCursor.Unknown(name);
            }
        }

        return record;
    }

    private static ModelRecord ReadModel(DataCursor text)
    {
        var record = new ModelRecord();
        while (text.Next(out var name))
        {
            switch (name)
            {
                case "slug": record.Slug = text.Text(); break;
                case "name": record.Name = text.Text(); break;
                case "kind": record.Kind = text.Shared(); break;
                case "canonical": record.Canonical = text.Text(); break;
                case "created": record.Created = text.Long(); break;
                case "released": record.Released = text.Day(); break;
                case "cutoff": record.Cutoff = text.Shared(); break;
                case "context": record.Context = text.Int(); break;
                case "max_output": record.MaxOutput = text.Int(); break;
                case "input": record.Input = text.ReadModalities(); break;
                case "output": record.Output = text.ReadModalities(); break;
                case "tokenizer": record.Tokenizer = text.Shared(); break;
                case "instruct": record.Instruct = text.Shared(); break;
                case "hugging_face": record.HuggingFace = text.Text(); break;
                case "license": record.License = text.Shared(); break;
                case "open_weights": record.OpenWeights = text.Flag(); break;
                case "expires": record.Expires = text.Day(); break;
                case "parameters": record.Parameters = text.ReadParameters(); break;
                case "moderated": record.Moderated = text.Flag(); break;
                case "reasoning": record.Reasoning = text.Flag(); break;
                case "temperature": record.Temperature = text.Flag(); break;
                case "efforts": record.Efforts = text.Texts(); break;
                case "dimensions": record.Dimensions = text.Int(); break;
                case "aliases": record.Aliases = text.Texts(); break;
                case "own": break;
                default: throw DataCursor.Unknown(name);
            }
        }

        return record;
    }

    private static EndpointRecord ReadEndpoint(DataCursor text)
    {
        var record = new EndpointRecord();
        while (text.Next(out var name))
        {
            switch (name)
            {
                case "model": record.Model = text.Shared(); break;
                case "provider": record.Provider = text.Shared(); break;
                case "id": record.Id = text.Text(); break;
                case "protocol": record.Protocol = text.Shared(); break;
                case "prices": record.Prices = PriceDataReader.Read(text); break;
                case "tiers": record.Prices = PriceDataReader.ReadTiers(text, record.Prices); break;
                case "context": record.Context = text.Int(); break;
                case "max_output": record.MaxOutput = text.Int(); break;
                case "quantization": record.Quantization = text.Shared(); break;
                case "parameters": record.Parameters = text.ReadParameters(); break;
                case "region": record.Region = text.Shared(); break;
                case "tag": record.Tag = text.Text(); break;
                case "status": record.Status = text.Shared(); break;
                case "ends": record.Ends = text.Day(); break;
                case "disputed": record.Disputed = text.Flag(); break;
                case "own": break;
                default: throw DataCursor.Unknown(name);
            }
        }

        return record;
    }

    private static ModelFamily ReadFamily(DataCursor text)
    {
        var family = new ModelFamily();
        while (text.Next(out var name))
        {
            switch (name)
            {
                case "alias": family.Alias = text.Text(); break;
                case "name": family.Name = text.Text(); break;
                case "patterns": family.Patterns = text.Texts(); break;
                default: throw DataCursor.Unknown(name);
            }
        }

        return family;
    }

    private static KeyValuePair<string, string>[] Pairs(DataCursor text)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        text.Expect('{');
        while (text.Next(out var name))
        {
            pairs.Add(new(name, text.Text()));
        }

        return [.. pairs];
    }
}
