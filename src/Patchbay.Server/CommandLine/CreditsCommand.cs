using System.CommandLine;
using System.Globalization;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary><c>patchbay credits show</c>, <c>grant</c> and <c>history</c>. All work while the server runs, which follows
/// within two seconds.</summary>
internal sealed class CreditsCommand(CommonOptions common) : StorageCommand(common)
{
    private const int MostListed = 1_000;

    private readonly Option<string> _amount = new("--amount")
    {
        Description = "How much, in US dollars",
        HelpName = "USD",
        Required = true,
    };

    private readonly Option<string?> _expires = new("--expires")
    {
        Description = "When what is left of it ends, such as 2027-01-31; it is used before all credits that stay",
        HelpName = "TIME",
    };

    private readonly Option<string?> _note = new("--note")
    {
        Description = "Why; shown in the history",
        HelpName = "TEXT",
    };

    private readonly Option<string?> _reference = new("--reference")
    {
        Description = "A name of your own for this grant: granting twice under the same name has one effect",
        HelpName = "TEXT",
    };

    /// <summary>The command and its subcommands.</summary>
    public Command Describe()
    {
        _amount.Validators.Add(result =>
        {
            if (!TypedText.TryReadMoney(result.GetValueOrDefault<string>() ?? "", out var money) || money <= Money.Zero)
            {
                result.AddError("--amount takes an amount of US dollars, more than zero, with at most nine decimals.");
            }
        });
        _expires.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !TypedText.TryReadTime(text, out _))
            {
                result.AddError("--expires takes a date or an ISO 8601 time, such as 2027-01-31 or 2027-01-31T12:00:00Z.");
            }
        });

        var show = new Command("show", "Show what was put in, what was used and what is left");
        show.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => ShowAsync(storage, output, cancellationToken), cancellationToken));
        var grant = new Command("grant", "Give credits to the organization") { _amount, _expires, _note, _reference };
        grant.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => GrantAsync(parse, storage, output, cancellationToken), cancellationToken));
        var history = new Command("history", "Show grants, purchases, refunds and expiries, the newest first");
        history.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => ListAsync(storage, output, cancellationToken), cancellationToken));
        return new Command("credits", "Show and grant credits") { show, grant, history };
    }

    private static async Task<int> ShowAsync(PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        var account = await storage.Credits.GetAccountAsync(await FindAsync(storage, cancellationToken), cancellationToken);
        await output.WriteLineAsync($"Put in      {account.Total} USD");
        await output.WriteLineAsync($"Used        {account.Used} USD");
        await output.WriteLineAsync($"Left        {account.Funds} USD");
        foreach (var lot in account.Lots)
        {
            await output.WriteLineAsync($"  of it     {lot.Balance} USD until {Text(lot.ExpiresAt)}");
        }

        if (account.IsFrozen)
        {
            await output.WriteLineAsync($"Disputed    {account.Disputed} USD: the account is frozen");
        }

        return ExitCode.Success;
    }

    private async Task<int> GrantAsync(
        ParseResult parse, PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        _ = TypedText.TryReadMoney(parse.GetRequiredValue(_amount), out var amount);
        var order = new GrantOrder(
            await FindAsync(storage, cancellationToken),
            $"grant:{parse.GetValue(_reference) ?? Guid.CreateVersion7().ToString("N")}",
            "command line",
            amount,
            parse.GetValue(_expires) is { } text && TypedText.TryReadTime(text, out var expires) ? expires : null)
        {
            Note = parse.GetValue(_note),
        };
        var outcome = await storage.Credits.ApplyAsync(order, cancellationToken);
        if (outcome.Transaction is not { } credit)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync(outcome.Reason);
            return ExitCode.Failure;
        }

        var account = await storage.Credits.GetAccountAsync(order.OrganizationId, cancellationToken);
        await output.WriteLineAsync(outcome.Status == CreditStatus.Repeated
            ? $"Granted before, on {Text(credit.CreatedAt)}; nothing changed. Left: {account.Funds} USD."
            : $"Granted {credit.Amount} USD. Left: {account.Funds} USD.");
        return ExitCode.Success;
    }

    private static async Task<int> ListAsync(PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        var found = await storage.Credits.ListAsync(await FindAsync(storage, cancellationToken), 0, MostListed, cancellationToken);
        if (found.Count == 0)
        {
            await output.WriteLineAsync("Nothing was put in yet. Give credits with: patchbay credits grant --amount USD");
            return ExitCode.Success;
        }

        await output.WriteLineAsync($"{"TIME",-16}  {"KIND",-12}  {"USD",14}  {"FEE",10}  {"BY",-20}  NOTE");
        foreach (var credit in found)
        {
            var kind = credit.Kind.ToString().ToLowerInvariant();
            await output.WriteLineAsync(
                $"{Text(credit.CreatedAt),-16}  {kind,-12}  {credit.Amount,14}  {credit.Fee,10}  {credit.Actor,-20}  {credit.Note}");
        }

        return ExitCode.Success;
    }

    private static async Task<Guid> FindAsync(PatchbayStorage storage, CancellationToken cancellationToken) =>
        (await storage.Organizations.EnsureDefaultAsync(TimeProvider.System.GetUtcNow(), cancellationToken)).Organization.Id;

    private static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
