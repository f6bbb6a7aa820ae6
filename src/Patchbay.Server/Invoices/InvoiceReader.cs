using System.Globalization;
using System.Text.Json;

namespace Patchbay.Server;

/// <summary>What an export holds.</summary>
/// <param name="Format">What kind of export it is.</param>
/// <param name="Provider">The provider that writes it; null when that is not known.</param>
/// <param name="Rows">One per day and model.</param>
internal sealed record Invoice(string Format, string? Provider, IReadOnlyList<InvoiceRow> Rows);

/// <summary>Reads a provider's usage or cost export: CSV as OpenAI, Anthropic and OpenRouter offer it for download, the JSON
/// that their administration APIs answer, or any CSV whose columns are named.</summary>
internal static class InvoiceReader
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvoiceException">It cannot be read; the message names file, line and column.</exception>
    public static Invoice Read(string text, string file, string? columns)
    {
        var rows = new Dictionary<(DateOnly, string), InvoiceRow>();
        var start = text.AsSpan().TrimStart("\uFEFF \r\n\t");
        if (columns is null && start.Length > 0 && start[0] is '{' or '[')
        {
            var (format, provider) = InvoiceJson.Read(start.ToString(), file, row => Add(rows, row));
            return new Invoice(format, provider, [.. rows.Values]);
        }

        var table = CsvTable.Read(text, file);
        var known = columns is null ? InvoiceColumns.Recognize(table) : InvoiceColumns.Read(columns);
        if (known is null)
        {
            throw new InvoiceException(
                $"{file}, line 1: no known export has these columns. Name them: --columns date=COLUMN,model=COLUMN,cost=COLUMN");
        }

        if (known.All.FirstOrDefault(name => table.IndexOf(name) < 0) is { } missing)
        {
            throw new InvoiceException($"{file}, line 1: there is no column '{missing}'.");
        }

        foreach (var record in table.Records)
        {
            if (ReadRecord(known, table, record, file) is { } row)
            {
                Add(rows, row);
            }
        }

        return new Invoice(known.Name, known.Provider, [.. rows.Values]);
    }

    /// <summary>The model of a line item such as <c>gpt-4o-2024-08-06, input</c>.</summary>
    public static string ModelOf(string lineItem)
    {
        var end = lineItem.IndexOf(',', StringComparison.Ordinal);
        return (end < 0 ? lineItem : lineItem[..end]).Trim();
    }

    private static void Add(Dictionary<(DateOnly, string), InvoiceRow> rows, InvoiceRow row) =>
        rows[(row.Date, row.Model)] = rows.TryGetValue((row.Date, row.Model), out var before) ? before.Plus(row) : row;

    private static InvoiceRow? ReadRecord(InvoiceColumns columns, CsvTable table, CsvRecord record, string file)
    {
        var model = ModelOf(Field(columns.Model));
        if (columns.SkipsWithoutModel && model.Length == 0)
        {
            return null;
        }

        var day = InvoiceRow.ReadDay(Field(columns.Date)) ?? throw At(columns.Date, "is not a date");
        if (columns.Currency is { } currency && Field(currency) is { Length: > 0 } code && !code.Equals("usd", StringComparison.OrdinalIgnoreCase))
        {
            throw At(currency, "is not usd");
        }

        return new InvoiceRow(day, model.Length > 0 ? model : throw At(columns.Model, "is empty"))
        {
            Requests = columns.Requests switch
            {
                null => 1,
                "" => null,
                var name => InvoiceRow.ReadCount(Field(name)) ?? throw At(name, "is not a whole number"),
            },
            Prompt = Sum(columns.Prompt),
            Completion = Sum(columns.Completion),
            Cost = columns.Cost.Count == 0 ? null
                : columns.Cost.Sum(name => InvoiceRow.ReadAmount(Field(name)) ?? throw At(name, "is not an amount")),
        };

        string Field(string column) => record.Fields[table.IndexOf(column)].Trim();

        long? Sum(IReadOnlyList<string> names) => names.Count == 0 ? null
            : names.Sum(name => Field(name).Length == 0 ? 0 : InvoiceRow.ReadCount(Field(name)) ?? throw At(name, "is not a whole number"));

        InvoiceException At(string column, string reason) =>
            InvoiceException.At(file, record.Line, column, $"'{Shorten(Field(column))}' {reason}.");
    }

    internal static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}

/// <summary>Reads the JSON of the usage and cost APIs of OpenAI (platform.openai.com/docs/api-reference/usage), Anthropic
/// (docs.anthropic.com/en/api/usage-cost-api) and OpenRouter (openrouter.ai/docs/api-reference, <c>GET /activity</c>): one page, or
/// a list of pages.</summary>
internal static class InvoiceJson
{
    /// <summary>Gives every row to the caller; returns what kind of answer it is and who gives it.</summary>
    public static (string Format, string? Provider) Read(string text, string file, Action<InvoiceRow> add)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new InvoiceException(string.Create(CultureInfo.InvariantCulture,
                $"{file}, line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: this is not JSON."));
        }

        using (document)
        {
            var format = "";
            string? provider = null;
            var pages = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray()] : new[] { document.RootElement };
            for (var page = 0; page < pages.Length; page++)
            {
                var path = pages.Length > 1 ? $"[{page}].data" : "data";
                var index = 0;
                foreach (var bucket in List(pages[page], "data", file, path))
                {
                    var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]");
                    (format, provider) = bucket.TryGetProperty("results", out _)
                        ? ReadBucket(bucket, file, at, add)
                        : ReadActivity(bucket, file, at, add);
                }
            }

            return (format, provider);
        }
    }

    private static (string Format, string? Provider) ReadActivity(JsonElement item, string file, string path, Action<InvoiceRow> add)
    {
        add(new InvoiceRow(Day(item, "date", file, path), Text(item, "model_permaslug", file, path))
        {
            Requests = Count(item, "requests", file, path),
            Prompt = Count(item, "prompt_tokens", file, path),
            Completion = Count(item, "completion_tokens", file, path),
            Cost = Amount(item, "usage", file, path),
        });
        return ("openrouter activity API", "openrouter");
    }

    private static (string Format, string? Provider) ReadBucket(JsonElement bucket, string file, string path, Action<InvoiceRow> add)
    {
        var isOpenAi = bucket.TryGetProperty("start_time", out _);
        var day = Day(bucket, isOpenAi ? "start_time" : "starting_at", file, path);
        var isCost = false;
        var index = 0;
        foreach (var result in List(bucket, "results", file, path + ".results"))
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}.results[{index++}]");
            isCost = result.TryGetProperty("amount", out var amount);
            add((isOpenAi, isCost) switch
            {
                (true, true) => new InvoiceRow(day, InvoiceReader.ModelOf(Text(result, "line_item", file, at)))
                {
                    Cost = Amount(amount, "value", file, at + ".amount"),
                },
                (true, false) => new InvoiceRow(day, Text(result, "model", file, at))
                {
                    Requests = Count(result, "num_model_requests", file, at),
                    Prompt = Count(result, "input_tokens", file, at),
                    Completion = Count(result, "output_tokens", file, at),
                },
                // Anthropic gives cents.
                (false, true) => new InvoiceRow(day, Optional(result, "model") ?? Optional(result, "description") ?? "all")
                {
                    Cost = Amount(result, "amount", file, at) / 100,
                },
                _ => new InvoiceRow(day, Text(result, "model", file, at))
                {
                    Prompt = Count(result, "uncached_input_tokens", file, at) + Count(result, "cache_read_input_tokens", file, at)
                        + Written(result, file, at),
                    Completion = Count(result, "output_tokens", file, at),
                },
            });
        }

        return (isOpenAi ? "openai " : "anthropic ") + (isCost ? "costs API" : "usage API") is var format && isOpenAi
            ? (format, "openai")
            : (format, "anthropic");
    }

    private static long Written(JsonElement result, string file, string path) =>
        result.TryGetProperty("cache_creation", out var written) && written.ValueKind == JsonValueKind.Object
            ? Count(written, "ephemeral_5m_input_tokens", file, path + ".cache_creation")
                + Count(written, "ephemeral_1h_input_tokens", file, path + ".cache_creation")
            : 0;

    private static JsonElement.ArrayEnumerator List(JsonElement element, string name, string file, string path) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object) ? list.EnumerateArray() : throw At(file, path, "is not a list of objects")
            : throw At(file, path, "is not a list");

    private static DateOnly Day(JsonElement element, string name, string file, string path) =>
        InvoiceRow.ReadDay(Raw(element, name) ?? "") ?? throw At(file, $"{path}.{name}", "is not a date");

    private static string Text(JsonElement element, string name, string file, string path) =>
        Optional(element, name) ?? throw At(file, $"{path}.{name}", "is not a text; ask for the answer grouped by model, costs by line_item or description");

    private static string? Optional(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static long Count(JsonElement element, string name, string file, string path) =>
        !element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? 0
            : InvoiceRow.ReadCount(Raw(element, name) ?? "") ?? throw At(file, $"{path}.{name}", "is not a whole number");

    private static decimal Amount(JsonElement element, string name, string file, string path) =>
        InvoiceRow.ReadAmount(Raw(element, name) ?? "") ?? throw At(file, $"{path}.{name}", "is not an amount");

    private static string? Raw(JsonElement element, string name) =>
        element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value) ? null
            : value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };

    private static InvoiceException At(string file, string path, string reason) => new($"{file}, {path}: {reason}.");
}
