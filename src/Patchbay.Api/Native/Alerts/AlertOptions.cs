namespace Patchbay.Api;

/// <summary>Which targets of alerts may be made.</summary>
/// <param name="CanMail">Whether a mail server is set.</param>
/// <param name="AllowsPrivate">Whether webhooks may go to private addresses, and without TLS.</param>
public sealed record AlertOptions(bool CanMail, bool AllowsPrivate);
