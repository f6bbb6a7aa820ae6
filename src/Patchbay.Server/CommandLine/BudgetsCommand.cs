using System.CommandLine;
using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary><c>patchbay budgets list</c>, <c>set</c>, <c>remove</c> and <c>forecast</c>. All work while the server runs, which
/// follows within two seconds.</summary>
internal sealed class BudgetsCommand(CommonOptions common) : StorageCommand(common)
{
    private readonly Option<string?> _workspace = new("--workspace")
    {
        Description = "The workspace; without it and --member, the whole organization",
        HelpName = "SLUG",
    };

    private readonly Option<string?> _member = new("--member")
    {
        Description = "The member, by the id of the member or of the user, or owner",
        HelpName = "ID",
    };

    private readonly Option<string> _interval = new("--interval")
    {
        Description = "How often it starts from zero: daily, weekly, monthly (all UTC) or lifetime, which is never",
        HelpName = "INTERVAL",
        Required = true,
    };

    private readonly Option<string> _limit = new("--limit")
    {
        Description = "The most that may be spent in that time, in US dollars; requests beyond are refused",
        HelpName = "USD",
        Required = true,
    };

    private readonly Option<string?> _alerts = new("--alerts")
    {
        Description = "At which percentages owners are told, such as 50,80,100 (the default), or none",
        HelpName = "PERCENTS",
    };

    /// <summary>The command and its subcommands.</summary>
    public Command Describe()
    {
        _interval.Validators.Add(result =>
        {
            if (!BudgetOrder.TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError("--interval takes daily, weekly, monthly or lifetime.");
            }
        });
        _limit.Validators.Add(result =>
        {
            if (!TypedText.TryReadMoney(result.GetValueOrDefault<string>() ?? "", out var money) || money <= Money.Zero)
            {
                result.AddError("--limit takes an amount of US dollars, more than zero, with at most nine decimals.");
            }
        });
        _alerts.Validators.Add(result =>
        {
            if (!TryReadPercents(result.GetValueOrDefault<string?>(), out _))
            {
                result.AddError("--alerts takes up to ten whole numbers from 1 to 100, separated by commas, or none.");
            }
        });

        var list = new Command("list", "Show all budgets, what is spent of them, and when they start again");
        list.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => ListAsync(storage, output, cancellationToken), cancellationToken));
        var set = new Command("set", "Limit what an organization, workspace or member spends") { _workspace, _member, _interval, _limit, _alerts };
        set.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => SetAsync(parse, storage, output, cancellationToken), cancellationToken));
        var remove = new Command("remove", "Remove such a limit") { _workspace, _member, _interval };
        remove.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => RemoveAsync(parse, storage, output, cancellationToken), cancellationToken));
        var forecast = new Command("forecast", "Show what will have been spent when the month ends, by the last seven days") { _workspace, _member };
        forecast.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => ForecastAsync(parse, storage, output, cancellationToken), cancellationToken));
        return new Command("budgets", "Show, set and remove budgets, and look ahead") { list, set, remove, forecast };
    }

    private static async Task<int> ListAsync(PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var tenant = await storage.Organizations.EnsureDefaultAsync(now, cancellationToken);
        var plans = await storage.BudgetPlans.ListAllAsync(tenant.Organization.Id, cancellationToken);
        if (plans.Count == 0)
        {
            await output.WriteLineAsync(
                "There are no budgets: nothing limits spending but credits and the limits of keys. Set one with: patchbay budgets set --interval monthly --limit USD");
            return ExitCode.Success;
        }

        var names = new Dictionary<BudgetScope, string>();
        foreach (var plan in plans)
        {
            var scope = plan.Budget.Scope;
            names[scope] = scope.Level == BudgetLevel.Workspace
                && await storage.Organizations.FindWorkspaceAsync(scope.Id, cancellationToken) is { } workspace ? $"workspace {workspace.Slug}"
                : scope.Level == BudgetLevel.Organization ? "organization"
                : scope.Id == tenant.Owner.Id ? "member owner" : $"member {scope.Id}";
        }

        var width = names.Values.Max(static name => name.Length);
        await output.WriteLineAsync($"{"OF".PadRight(width)}  {"INTERVAL",-8}  {"LIMIT USD",14}  {"SPENT USD",14}  {"STARTS AGAIN (UTC)",-18}  ALERTS AT %");
        foreach (var plan in plans)
        {
            var budget = plan.Budget;
            var spending = await storage.Budgets.GetSpendingAsync(budget.Scope, now, cancellationToken);
            var spent = spending.Credits.In(budget.Interval) + (budget.IncludesByok ? spending.Byok.In(budget.Interval) : Money.Zero);
            var again = budget.Interval == ResetInterval.Never ? "never" : Text(ResetWindow.EndOf(budget.Interval, now));
            var alerts = plan.AlertPercents.Count == 0 ? "none" : string.Join(", ", plan.AlertPercents);
            await output.WriteLineAsync(
                $"{names[budget.Scope].PadRight(width)}  {BudgetOrder.NameOf(budget.Interval),-8}  {budget.Limit,14}  {spent,14}  {again,-18}  {alerts}");
        }

        return ExitCode.Success;
    }

    private async Task<int> SetAsync(ParseResult parse, PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        if (await FindAsync(parse, storage, cancellationToken) is not { } scope)
        {
            return ExitCode.Failure;
        }

        _ = BudgetOrder.TryParse(parse.GetValue(_interval), out var interval);
        _ = TypedText.TryReadMoney(parse.GetRequiredValue(_limit), out var limit);
        _ = TryReadPercents(parse.GetValue(_alerts), out var percents);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var outcome = await storage.BudgetPlans.SetAsync(
            new BudgetChange(scope, interval, limit) { AlertPercents = percents }, now, cancellationToken);
        if (outcome.Conflict is { } other)
        {
            var relation = BudgetOrder.IsLonger(other.Interval, interval) ? "less" : "more";
            await parse.InvocationConfiguration.Error.WriteLineAsync(
                $"The {BudgetOrder.NameOf(interval)} budget must be {relation} than the {BudgetOrder.NameOf(other.Interval)} budget, which is {other.Limit} USD. Nothing was changed.");
            return ExitCode.Failure;
        }

        await output.WriteLineAsync($"Set: {limit} USD, {BudgetOrder.NameOf(interval)}. A running server follows within two seconds.");
        return ExitCode.Success;
    }

    private async Task<int> RemoveAsync(ParseResult parse, PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        if (await FindAsync(parse, storage, cancellationToken) is not { } scope)
        {
            return ExitCode.Failure;
        }

        _ = BudgetOrder.TryParse(parse.GetValue(_interval), out var interval);
        await storage.BudgetPlans.RemoveAsync(scope, interval, cancellationToken);
        await output.WriteLineAsync($"There is no {BudgetOrder.NameOf(interval)} budget any more. A running server follows within two seconds.");
        return ExitCode.Success;
    }

    private async Task<int> ForecastAsync(ParseResult parse, PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        if (await FindAsync(parse, storage, cancellationToken) is not { } scope)
        {
            return ExitCode.Failure;
        }

        var now = TimeProvider.System.GetUtcNow();
        var days = await storage.BudgetPlans.ListDaysAsync(
            scope, SpendingForecast.FirstDay(now), DateOnly.FromDateTime(now.UtcDateTime), cancellationToken);
        var forecast = SpendingForecast.Of(days, includesByok: false, now);
        await output.WriteLineAsync($"Spent this month   {forecast.Spent} USD");
        await output.WriteLineAsync($"Expected           {forecast.Expected} USD on {Text(forecast.EndsAt)} UTC");
        await output.WriteLineAsync($"  between          {forecast.Low} and {forecast.High} USD, if each day is like the quietest or the busiest");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  learnt from      {forecast.Days} full days"));
        return ExitCode.Success;
    }

    // Null when there is none, which was said.
    private async Task<BudgetScope?> FindAsync(ParseResult parse, PatchbayStorage storage, CancellationToken cancellationToken)
    {
        var tenant = await storage.Organizations.EnsureDefaultAsync(TimeProvider.System.GetUtcNow(), cancellationToken);
        var (slug, name) = (parse.GetValue(_workspace), parse.GetValue(_member));
        if (slug is not null && name is not null)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync("Name --workspace or --member, not both.");
            return null;
        }

        if (slug is not null)
        {
            if (await storage.Workspaces.FindAsync(tenant.Organization.Id, slug, cancellationToken) is { } workspace)
            {
                return new BudgetScope(BudgetLevel.Workspace, workspace.Id);
            }

            var all = await storage.Workspaces.ListAsync(tenant.Organization.Id, 0, 20, cancellationToken);
            await parse.InvocationConfiguration.Error.WriteLineAsync(
                $"There is no workspace '{slug}'. There are: {string.Join(", ", all.Select(static known => known.Slug))}.");
            return null;
        }

        if (name is null)
        {
            return new BudgetScope(BudgetLevel.Organization, tenant.Organization.Id);
        }

        var members = await storage.Workspaces.ListMembersAsync(tenant.Organization.Id, cancellationToken);
        if (members.FirstOrDefault(member => IsNamed(member, name, tenant)) is { } found)
        {
            return new BudgetScope(BudgetLevel.Member, found.Id);
        }

        await parse.InvocationConfiguration.Error.WriteLineAsync($"There is no member '{name}'.");
        return null;
    }

    private static bool IsNamed(Member member, string name, DefaultTenant tenant) => name == "owner"
        ? member.Id == tenant.Owner.Id
        : Guid.TryParse(name, out var id) && (member.Id == id || member.UserId == id);

    private static bool TryReadPercents(string? text, out List<int>? percents)
    {
        percents = text is null ? null : [];
        if (text is null or "none")
        {
            return true;
        }

        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
                || percent is < 1 or > 100 || percents!.Contains(percent))
            {
                return false;
            }

            percents.Add(percent);
        }

        percents!.Sort();
        return percents.Count <= 10;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
