namespace Patchbay.Server;

/// <summary>Which columns of a CSV file are read. An export is recognized by the columns that only it has.</summary>
/// <param name="Name">What the export is called.</param>
/// <param name="Provider">The provider that writes it; null for any.</param>
/// <param name="Date">The column of the day.</param>
/// <param name="Model">The column of the model.</param>
/// <param name="Requests">The column of requests; null when each record is one, empty when it has none.</param>
/// <param name="Prompt">The columns that make the input tokens.</param>
/// <param name="Completion">The columns that make the output tokens.</param>
/// <param name="Cost">The columns that make the cost.</param>
internal sealed record InvoiceColumns(
    string Name,
    string? Provider,
    string Date,
    string Model,
    string? Requests,
    IReadOnlyList<string> Prompt,
    IReadOnlyList<string> Completion,
    IReadOnlyList<string> Cost)
{
    /// <summary>The column that must hold <c>usd</c>, where there is one.</summary>
    public string? Currency { get; init; }

    /// <summary>Whether a record without a model tells of a time in which nothing happened.</summary>
    public bool SkipsWithoutModel { get; init; }

    /// <summary>The exports that are known by their columns.</summary>
    public static IReadOnlyList<InvoiceColumns> Known { get; } =
    [
        new("openrouter activity", "openrouter", "created_at", "model_permaslug", null,
            ["tokens_prompt"], ["tokens_completion"], ["cost_total"]),
        new("openrouter activity by day", "openrouter", "date", "model_permaslug", "requests",
            ["prompt_tokens"], ["completion_tokens"], ["usage"]),
        new("anthropic usage", "anthropic", "usage_date_utc", "model_version", "",
            [
                "usage_input_tokens_no_cache", "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h",
                "usage_input_tokens_cache_read",
            ],
            ["usage_output_tokens"], []),
        new("anthropic cost", "anthropic", "usage_date_utc", "model", "", [], [], ["cost_usd"]),
        new("openai usage", "openai", "start_time", "model", "num_model_requests", ["input_tokens"], ["output_tokens"], []) { SkipsWithoutModel = true },
        new("openai cost", "openai", "start_time", "line_item", "", [], [], ["amount_value"])
        {
            Currency = "amount_currency",
            SkipsWithoutModel = true,
        },
    ];

    /// <summary>The export that a table is, or null.</summary>
    public static InvoiceColumns? Recognize(CsvTable table) => Known.FirstOrDefault(columns => columns.All.All(name => table.IndexOf(name) >= 0));

    /// <summary>The columns that a command line names: <c>date=day,model=sku,cost=amount</c>. Several columns of one kind are
    /// joined by <c>+</c>.</summary>
    /// <exception cref="InvoiceException">It is not of that form.</exception>
    public static InvoiceColumns Read(string text)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var kind = at < 0 ? "" : part[..at].Trim();
            if (kind is not ("date" or "model" or "requests" or "prompt" or "completion" or "cost") || part[(at + 1)..].Trim().Length == 0
                || !names.TryAdd(kind, part[(at + 1)..].Trim()))
            {
                throw new InvoiceException(
                    $"--columns: '{part}' is not one of date=, model=, requests=, prompt=, completion= and cost= with the name of a column, each once.");
            }
        }

        if (!names.TryGetValue("date", out var date) || !names.TryGetValue("model", out var model) || names.Count < 3)
        {
            throw new InvoiceException("--columns needs date=, model= and at least one of requests=, prompt=, completion= and cost=.");
        }

        return new InvoiceColumns("columns as named", null, date, model, names.GetValueOrDefault("requests", ""),
            Several("prompt"), Several("completion"), Several("cost"));

        string[] Several(string kind) => names.TryGetValue(kind, out var list) ? list.Split('+', StringSplitOptions.TrimEntries) : [];
    }

    /// <summary>All columns that must be there.</summary>
    public IEnumerable<string> All =>
        ((string[])[Date, Model, .. Prompt, .. Completion, .. Cost, .. Requests is { Length: > 0 } requests ? [requests] : Array.Empty<string>()])
        .Concat(Currency is null ? [] : [Currency]);
}
