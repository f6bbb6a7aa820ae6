using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>Records as facts, and facts put into records.</summary>
internal static class RecordFacts
{
    private const string Day = "yyyy-MM-dd";

    public static string SubjectOf(EndpointRecord record) => FactNames.Endpoint(
        record.Tag ?? ModelBuilder.TagOf(record.Provider, record.Quantization, record.Region), record.Model, record.Id);

    public static void Read(ModelRecord record, Action<string, string> tell)
    {
        tell(FactNames.Name, record.Name);
        Tell(FactNames.Kind, record.Kind == Model.ChatKind ? null : record.Kind, tell);
        Tell(FactNames.Canonical, record.Canonical, tell);
        Tell(FactNames.Created, record.Created?.ToString(CultureInfo.InvariantCulture), tell);
        Tell(FactNames.Released, Text(record.Released), tell);
        Tell(FactNames.Cutoff, record.Cutoff, tell);
        Tell(FactNames.Context, Text(record.Context), tell);
        Tell(FactNames.MaxOutput, Text(record.MaxOutput), tell);
        Tell(FactNames.Input, Text(record.Input), tell);
        Tell(FactNames.Output, Text(record.Output), tell);
        Tell(FactNames.HuggingFace, record.HuggingFace, tell);
        Tell(FactNames.Expires, Text(record.Expires), tell);
        Tell(FactNames.Parameters, Text(record.Parameters), tell);
        Tell(FactNames.OpenWeights, Text(record.OpenWeights), tell);
        Tell(FactNames.Reasoning, Text(record.Reasoning), tell);
    }

    public static void Read(EndpointRecord record, Action<string, string> tell)
    {
        Tell(FactNames.Protocol, record.Protocol, tell);
        Tell(FactNames.Context, Text(record.Context), tell);
        Tell(FactNames.MaxOutput, Text(record.MaxOutput), tell);
        Tell(FactNames.Quantization, record.Quantization, tell);
        Tell(FactNames.Parameters, Text(record.Parameters), tell);
        Tell(FactNames.Region, record.Region, tell);
        Tell(FactNames.Status, record.Status ?? "", tell);
        Tell(FactNames.Ends, Text(record.Ends), tell);
        PriceFacts.Read(record.Prices, tell);
    }

    /// <summary>Puts facts into a record; the caller's own copy.</summary>
    /// <exception cref="FormatException">A value is not of its form.</exception>
    public static void Write(ModelRecord record, IReadOnlyDictionary<string, string> facts)
    {
        foreach (var (fact, value) in facts)
        {
            switch (fact)
            {
                case FactNames.Name: record.Name = value; break;
                case FactNames.Kind: record.Kind = value; break;
                case FactNames.Canonical: record.Canonical = value; break;
                case FactNames.Created: record.Created = long.Parse(value, CultureInfo.InvariantCulture); break;
                case FactNames.Released: record.Released = ReadDay(value); break;
                case FactNames.Cutoff: record.Cutoff = value; break;
                case FactNames.Context: record.Context = Count(value); break;
                case FactNames.MaxOutput: record.MaxOutput = Count(value); break;
                case FactNames.Input: record.Input = ReadModalities(value); break;
                case FactNames.Output: record.Output = ReadModalities(value); break;
                case FactNames.HuggingFace: record.HuggingFace = value; break;
                case FactNames.Expires: record.Expires = ReadDay(value); break;
                case FactNames.Parameters: record.Parameters = ReadParameters(value); break;
                case FactNames.OpenWeights: record.OpenWeights = bool.Parse(value); break;
                case FactNames.Reasoning: record.Reasoning = bool.Parse(value); break;
                default: throw new FormatException($"'{fact}' is no fact of a model.");
            }
        }
    }

    /// <summary>Puts facts into a record; the caller's own copy.</summary>
    /// <exception cref="FormatException">A value is not of its form.</exception>
    public static void Write(EndpointRecord record, IReadOnlyDictionary<string, string> facts)
    {
        var hasPrices = false;
        foreach (var (fact, value) in facts)
        {
            switch (fact)
            {
                case FactNames.Protocol: record.Protocol = value; break;
                case FactNames.Context: record.Context = Count(value); break;
                case FactNames.MaxOutput: record.MaxOutput = Count(value); break;
                case FactNames.Quantization: record.Quantization = value; break;
                case FactNames.Parameters: record.Parameters = ReadParameters(value); break;
                case FactNames.Region: record.Region = value; break;
                case FactNames.Status: record.Status = value.Length == 0 ? null : value; break;
                case FactNames.Ends: record.Ends = ReadDay(value); break;
                default:
                    hasPrices = FactNames.IsPrice(fact) ? true : throw new FormatException($"'{fact}' is no fact of an endpoint.");
                    break;
            }
        }

        if (hasPrices)
        {
            record.Prices = PriceFacts.Over(record.Prices, facts);
        }
    }

    public static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    public static string? Text(Parameters? set) => set is { } some ? string.Join(' ', ParameterNames.Of(some)) : null;

    public static string? Text(Modalities? set) => set is { } some ? string.Join(' ', ModalityNames.Of(some)) : null;

    private static string? Text(DateOnly? day) => day?.ToString(Day, CultureInfo.InvariantCulture);

    private static string? Text(bool? flag) => flag switch { true => "true", false => "false", null => null };

    private static void Tell(string fact, string? value, Action<string, string> tell)
    {
        if (value is not null)
        {
            tell(fact, value);
        }
    }

    private static int Count(string value) => int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static DateOnly ReadDay(string value) => DateOnly.ParseExact(value, Day, CultureInfo.InvariantCulture);

    private static Parameters ReadParameters(string value)
    {
        var set = Parameters.None;
        foreach (var name in value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            set |= ParameterNames.TryParse(name, out var one) ? one : throw new FormatException($"'{name}' is no parameter.");
        }

        return set;
    }

    private static Modalities ReadModalities(string value)
    {
        var set = Modalities.None;
        foreach (var name in value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            set |= ModalityNames.TryParse(name, out var one) ? one : throw new FormatException($"'{name}' is no modality.");
        }

        return set;
    }
}
