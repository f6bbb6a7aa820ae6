using System.CommandLine;
using System.Globalization;
using System.Text;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Storage;

namespace Patchbay.Server;

/// <summary><c>patchbay keys create</c>, <c>patchbay keys list</c> and <c>patchbay keys rotate-encryption</c>.</summary>
internal sealed class KeysCommand(CommonOptions common) : StorageCommand(common)
{
    private const int MostListed = 1_000;

    private readonly Option<string> _name = new("--name")
    {
        Description = "What the key is for; shown in lists",
        HelpName = "NAME",
        Required = true,
    };

    private readonly Option<bool> _management = new("--management")
    {
        Description = "A key that manages keys and credits instead of calling models",
    };

    private readonly Option<string?> _limit = new("--limit")
    {
        Description = "The most that the key may spend, in US dollars",
        HelpName = "USD",
    };

    private readonly Option<string?> _reset = new Option<string?>("--limit-reset")
    {
        Description = "When spending starts again from zero; without it the limit is for good",
    }.AcceptOnlyFromAmong("daily", "weekly", "monthly");

    private readonly Option<string?> _expires = new("--expires")
    {
        Description = "When the key stops working, such as 2027-01-31 or 2027-01-31T12:00:00Z",
        HelpName = "TIME",
    };

    /// <summary>The command and its two subcommands.</summary>
    public Command Describe()
    {
        _name.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>()))
            {
                result.AddError("--name must not be empty.");
            }
        });
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !TypedText.TryReadMoney(text, out _))
            {
                result.AddError("--limit takes an amount of US dollars, not negative, with at most nine decimals.");
            }
        });
        _expires.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !TypedText.TryReadTime(text, out _))
            {
                result.AddError("--expires takes a date or an ISO 8601 time, such as 2027-01-31 or 2027-01-31T12:00:00Z.");
            }
        });

        var create = new Command("create", "Make a key and show it once; works while the server runs")
        {
            _name, _management, _limit, _reset, _expires,
        };
        create.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => CreateAsync(parse, storage, output, cancellationToken), cancellationToken));
        create.Validators.Add(result =>
        {
            if (result.GetResult(_reset) is not null && result.GetResult(_limit) is null)
            {
                result.AddError("--limit-reset needs --limit.");
            }
        });

        var list = new Command("list", "Show the keys, the newest first");
        list.SetAction((parse, cancellationToken) =>
            RunAsync(parse, (storage, _, output) => ListAsync(storage, output, cancellationToken), cancellationToken));
        var rotate = new Command(
            "rotate-encryption", "Put callers' own provider keys under a new key-encryption key; works while the server runs");
        rotate.SetAction((parse, cancellationToken) => RunAsync(
            parse, (storage, configuration, output) => RotateAsync(storage, configuration, output, cancellationToken), cancellationToken));
        return new Command("keys", "Make and list API keys") { create, list, rotate };
    }

    private async Task<int> CreateAsync(
        ParseResult parse, PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var tenant = await storage.Organizations.EnsureDefaultAsync(now, cancellationToken);
        _ = ResetWindow.TryParse(parse.GetValue(_reset), out var reset);
        var text = ApiKeyFormat.Create();
        var key = new ApiKey
        {
            Id = Guid.CreateVersion7(),
            Hash = KeyHash.Of(Encoding.UTF8.GetBytes(text)),
            Name = parse.GetRequiredValue(_name).Trim(),
            Label = ApiKeyFormat.LabelOf(text),
            OrganizationId = tenant.Organization.Id,
            WorkspaceId = tenant.Workspace.Id,
            Limit = parse.GetValue(_limit) is { } limit && TypedText.TryReadMoney(limit, out var most) ? most : null,
            LimitReset = reset,
            ExpiresAt = parse.GetValue(_expires) is { } expires && TypedText.TryReadTime(expires, out var end) ? end : null,
            IsManagement = parse.GetValue(_management),
            CreatedAt = now,
        };
        await storage.ApiKeys.CreateAsync(key, cancellationToken);
        await output.WriteLineAsync(text);
        await parse.InvocationConfiguration.Error.WriteLineAsync(
            $"{(key.IsManagement ? "Management key" : "Key")} '{key.Name}' made. Keep it: it is not shown again.");
        return ExitCode.Success;
    }

    /// <summary>The file gets a new key; a key of the environment is changed there, and the one before stays behind it.</summary>
    private static async Task<int> RotateAsync(
        PatchbayStorage storage, Configuration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        var settings = configuration.Settings;
        var keys = new EncryptionKeys(settings.EncryptionKey, Path.GetFullPath(settings.Server.Data));
        if (!keys.Exist)
        {
            throw new StorageRefusedException($"There is no key to rotate: {EncryptionKeys.Variable} is not set and {keys.FilePath} is not there.");
        }

        try
        {
            var vault = new SecretVault(storage.DataKeys, keys.Read, TimeProvider.System);
            await vault.CheckAsync(cancellationToken);
            if (keys.AreInFile)
            {
                // What is not yet under the newest key goes there first, for only that one is kept beside the new.
                await vault.RewrapAsync(cancellationToken);
                keys.Add();
            }

            var moved = await vault.RewrapAsync(cancellationToken);
            await output.WriteLineAsync(
                $"{moved} data key(s) are now under the key {keys.Read().CurrentId} of {keys}; the key before it is still read there.");
            return ExitCode.Success;
        }
        catch (Exception exception) when (exception is SecretException or InvalidDataException)
        {
            throw new StorageRefusedException(exception.Message, exception);
        }
    }

    private static async Task<int> ListAsync(PatchbayStorage storage, TextWriter output, CancellationToken cancellationToken)
    {
        var tenant = await storage.Organizations.EnsureDefaultAsync(TimeProvider.System.GetUtcNow(), cancellationToken);
        var keys = await storage.ApiKeys.ListAsync(
            new ApiKeyQuery(tenant.Organization.Id, null, IncludeDisabled: true, 0, MostListed), cancellationToken);
        if (keys.Count == 0)
        {
            await output.WriteLineAsync("There are no keys yet. Make one with: patchbay keys create --name NAME");
            return ExitCode.Success;
        }

        var names = Math.Min(40, Math.Max(4, keys.Max(key => key.Name.Length)));
        await output.WriteLineAsync($"{"NAME".PadRight(names)}  {"KEY",-20}  {"KIND",-10}  {"LIMIT",-16}  {"EXPIRES",-16}  STATE");
        foreach (var key in keys)
        {
            var name = key.Name.Length > names ? key.Name[..(names - 1)] + "…" : key.Name;
            var limit = key.Limit is { } amount ? $"${amount}{(ResetWindow.NameOf(key.LimitReset) is { } reset ? " " + reset : "")}" : "none";
            var expires = key.ExpiresAt is { } end ? end.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "never";
            var state = key.Disabled ? "disabled" : key.IsUsableAt(TimeProvider.System.GetUtcNow()) ? "active" : "expired";
            await output.WriteLineAsync(
                $"{name.PadRight(names)}  {key.Label,-20}  {(key.IsManagement ? "management" : "inference"),-10}  {limit,-16}  {expires,-16}  {state}");
        }

        return ExitCode.Success;
    }
}
