using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary>Section <c>alerts</c>.</summary>
internal sealed record AlertSettings
{
    /// <summary>How often budgets and funds are looked at.</summary>
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long a target that did not take an alert is tried again; twice as long after each further time, up to
    /// an hour.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For how long it is tried.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Whether webhooks may go to private addresses, and without TLS.</summary>
    public bool AllowPrivate { get; init; }
}

/// <summary>Section <c>smtp</c>.</summary>
internal sealed record MailSettings
{
    /// <summary>The mail server; null for none.</summary>
    public string? Host { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 587;

    /// <summary>How the connection is protected.</summary>
    public MailSecurity Security { get; init; } = MailSecurity.StartTls;

    /// <summary>The sender's address.</summary>
    public string? From { get; init; }

    /// <summary>Who signs in; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>With what.</summary>
    public string? Password { get; init; }

    /// <summary>The mail server, when it is set; the sender is then the user, or patchbay at the server, where none is named.
    /// </summary>
    public MailServer? Server => Host is null
        ? null
        : new MailServer(
            Host, Port, Security, From ?? (User?.Contains('@', StringComparison.Ordinal) == true ? User : $"patchbay@{Host}"), User, Password);

    /// <summary>Names the type only, since it holds a secret.</summary>
    public override string ToString() => nameof(MailSettings);
}

/// <summary>The settings of both.</summary>
internal static class AlertSettingList
{
    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        SettingList.Duration("alerts:check_every",
            s => s.Alerts.CheckEvery, (s, v) => s with { Alerts = s.Alerts with { CheckEvery = v } }),
        SettingList.Duration("alerts:retry_after",
            s => s.Alerts.RetryAfter, (s, v) => s with { Alerts = s.Alerts with { RetryAfter = v } }),
        SettingList.Duration("alerts:give_up_after",
            s => s.Alerts.GiveUpAfter, (s, v) => s with { Alerts = s.Alerts with { GiveUpAfter = v } }),
        SettingList.Flag("alerts:allow_private_addresses",
            s => s.Alerts.AllowPrivate, (s, v) => s with { Alerts = s.Alerts with { AllowPrivate = v } }),
        Word("smtp:host", s => s.Mail.Host, (s, v) => s with { Mail = s.Mail with { Host = v } }),
        SettingList.Count("smtp:port", 1, ushort.MaxValue,
            s => s.Mail.Port, (s, v) => s with { Mail = s.Mail with { Port = (int)v } }),
        SettingList.Word("smtp:security", ["starttls", "tls", "none"],
            s => s.Mail.Security.ToString().ToLowerInvariant(),
            (s, v) => s with { Mail = s.Mail with { Security = Enum.Parse<MailSecurity>(v, ignoreCase: true) } }),
        Word("smtp:from", s => s.Mail.From, (s, v) => s with { Mail = s.Mail with { From = v } }),
        Word("smtp:user", s => s.Mail.User, (s, v) => s with { Mail = s.Mail with { User = v } }),
        SettingList.Text("smtp:password", "a text, or none",
            s => s.Mail.Password is null ? "none" : "(set)",
            (s, v) => s with { Mail = s.Mail with { Password = Given(v) } }),
    ];

    private static SettingDefinition Word(
        string key, Func<PatchbaySettings, string?> show, Func<PatchbaySettings, string?, PatchbaySettings> apply) =>
        SettingList.Text(key, "a text without spaces, < and >, or none", s => show(s) ?? "none",
            (s, v) => v.Length > 0 && v.All(static c => c is > ' ' and < '\x7F' and not ('<' or '>')) ? apply(s, Given(v)) : null);

    private static string? Given(string text) => text.Length == 0 || text.Equals("none", StringComparison.OrdinalIgnoreCase) ? null : text;
}
