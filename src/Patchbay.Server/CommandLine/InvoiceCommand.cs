using System.CommandLine;
using System.Globalization;
using Patchbay.Billing;
using Patchbay.Catalog;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary>The part of <c>patchbay reconcile</c> that compares a provider's export with the books.</summary>
internal sealed class InvoiceCommand
{
    private readonly Option<string?> _invoice = new("--invoice")
    {
        Description = "Compare a provider's usage or cost export (CSV or JSON of OpenAI, Anthropic, OpenRouter, or any CSV with --columns) " +
            "with the books, by day and model",
        HelpName = "FILE",
    };

    private readonly Option<string?> _provider = new("--provider")
    {
        Description = "Whose export it is, when the file does not tell",
        HelpName = "SLUG",
    };

    private readonly Option<string?> _columns = new("--columns")
    {
        Description = "The columns of a CSV file: date=COLUMN,model=COLUMN and any of requests=, prompt=, completion=, cost= (several joined by +)",
        HelpName = "NAMES",
    };

    private readonly Option<decimal> _tolerance = new("--tolerance")
    {
        Description = "By how many percent figures may differ before the exit code is 1",
        HelpName = "PERCENT",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        _tolerance.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<decimal>() is < 0 or > 100)
            {
                result.AddError("--tolerance takes a number of percent from 0 to 100.");
            }
        });
        command.Options.Add(_invoice);
        command.Options.Add(_provider);
        command.Options.Add(_columns);
        command.Options.Add(_tolerance);
    }

    /// <summary>Whether an invoice is to be compared.</summary>
    public bool IsWanted(ParseResult parse) => parse.GetValue(_invoice) is not null;

    /// <summary>Compares and prints. Returns the exit code.</summary>
    public async Task<int> RunAsync(
        ParseResult parse, PatchbayStorage storage, Configuration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            var file = parse.GetValue(_invoice)!;
            var invoice = InvoiceReader.Read(
                await File.ReadAllTextAsync(file, cancellationToken), Path.GetFileName(file), parse.GetValue(_columns));
            var provider = FindProvider(CatalogContext.Open(configuration).Catalog, parse.GetValue(_provider) ?? invoice.Provider);
            if (invoice.Rows.Count == 0)
            {
                throw new InvoiceException($"{Path.GetFileName(file)} holds no usage.");
            }

            var catalog = CatalogContext.Open(configuration).Catalog;
            var first = invoice.Rows.Min(row => row.Date);
            var last = invoice.Rows.Max(row => row.Date);
            var ours = await ReadBooksAsync(storage, catalog, provider, first, last, cancellationToken);
            var models = catalog.Models.Where(model => model.Endpoints.Any(endpoint => endpoint.Provider.Slug == provider.Slug)).ToArray();
            var tolerance = parse.GetValue(_tolerance);
            var (text, differences) = InvoiceComparison.Of(invoice.Rows, ours, models).Write(tolerance);
            var debt = await storage.Usage.GetDebtAsync(provider.Slug, Start(first), Start(last.AddDays(1)), cancellationToken);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{provider.Name}, {first:yyyy-MM-dd} to {last:yyyy-MM-dd} UTC; {invoice.Format}; invoice / books where they differ"));
            await output.WriteAsync(text);
            await output.WriteLineAsync(
                $"Ledger: {debt.Answers} USD owed for answers, and {debt.Losses} USD for attempts that nobody is charged for, which the rows leave out");
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{differences} of the rows differ by more than {tolerance} %"));
            return differences == 0 ? ExitCode.Success : ExitCode.Failure;
        }
        catch (InvoiceException exception)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
            return ExitCode.Configuration;
        }
    }

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static ProviderListing FindProvider(CatalogSnapshot catalog, string? slug) =>
        slug is null
            ? throw new InvoiceException("The file does not tell whose export it is. Say so: --provider SLUG")
            : catalog.Providers.FirstOrDefault(provider => provider.Slug == slug)
                ?? throw new InvoiceException($"There is no provider '{slug}' in the catalogue.");

    // What ran on customers' own keys is on their invoices.
    private static async Task<IReadOnlyList<InvoiceRow>> ReadBooksAsync(
        PatchbayStorage storage,
        CatalogSnapshot catalog,
        ProviderListing provider,
        DateOnly first,
        DateOnly last,
        CancellationToken cancellationToken)
    {
        var report = await storage.Usage.QueryAsync(
            new UsageQuery
            {
                OrganizationId = null,
                From = Start(first),
                To = Start(last.AddDays(1)),
                Grain = UsageGrain.Day,
                Dimensions = [UsageDimension.Model, UsageDimension.Endpoint],
                Filters =
                [
                    new UsageFilter(UsageDimension.Provider, UsageOperator.Equal, [provider.Name]),
                    new UsageFilter(UsageDimension.IsByok, UsageOperator.Equal, [false]),
                ],
            },
            cancellationToken);
        return
        [
            .. report.Rows.Select(row => new InvoiceRow(DateOnly.FromDateTime(row.At!.Value.UtcDateTime), row.Keys[0].Value!)
            {
                Requests = row.Totals.Requests,
                Prompt = row.Totals.PromptTokens,
                Completion = row.Totals.CompletionTokens,
                Cost = row.Totals.Cost.ToDollars(),
            }),
        ];
    }
}
