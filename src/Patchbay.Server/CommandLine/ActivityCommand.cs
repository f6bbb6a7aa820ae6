using System.CommandLine;
using System.Globalization;
using Patchbay.Api;
using Patchbay.Billing;

namespace Patchbay.Server;

/// <summary><c>patchbay activity</c>.</summary>
internal sealed class ActivityCommand(CommonOptions common) : StorageCommand(common)
{
    private const int UsualDays = 30;

    private readonly Option<bool> _csv = new("--csv")
    {
        Description = "Write CSV instead of a table",
    };

    private readonly Option<int> _days = new("--days")
    {
        Description = "How many whole UTC days back",
        HelpName = "N",
        DefaultValueFactory = _ => UsualDays,
    };

    /// <summary>The command.</summary>
    public Command Describe()
    {
        _days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 3660)
            {
                result.AddError("--days takes a number from 1 to 3660.");
            }
        });
        var command = new Command("activity", "Show what the default organization used by day, model and endpoint") { _csv, _days };
        command.SetAction((parse, cancellationToken) => RunAsync(parse, async (storage, configuration, output) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
            var tenant = await storage.Organizations.EnsureDefaultAsync(now, cancellationToken);
            var report = await storage.Usage.QueryAsync(
                ActivityStatement.Query(tenant.Organization.Id, today.AddDays(-parse.GetValue(_days)), today), cancellationToken);
            var catalog = CatalogContext.Open(configuration).Catalog;
            await output.WriteAsync(parse.GetValue(_csv) ? ActivityStatement.WriteCsv(report, catalog) : Table(report));
            return ExitCode.Success;
        }, cancellationToken));
        return command;
    }

    private static string Table(UsageReport report)
    {
        if (report.Rows.Count == 0)
        {
            return "Nothing was used on those days." + Environment.NewLine;
        }

        var width = report.Rows.Max(row => row.Keys[0].Value!.Length);
        return string.Concat(report.Rows.Select(row => string.Create(CultureInfo.InvariantCulture,
            $"{row.At!.Value:yyyy-MM-dd}  {row.Keys[0].Value!.PadRight(width)}  {row.Keys[2].Value ?? "-",-20}  {row.Totals.Requests,8} requests  {row.Totals.Tokens,12} tokens  {row.Totals.Credits} USD{Environment.NewLine}")));
    }
}
