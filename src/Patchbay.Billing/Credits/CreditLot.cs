using System.Globalization;
using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What is left of one promotion.</summary>
/// <param name="Account">Its own account in the ledger (<see cref="LedgerAccount.Promotion"/>).</param>
/// <param name="Balance">What is left.</param>
public readonly record struct CreditLot(string Account, Money Balance)
{
    /// <summary>When it ends, as the account's name says.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.ParseExact(
        Account.AsSpan(LedgerAccount.PromotionPrefixLength, LedgerAccount.ExpiryFormat.Length),
        LedgerAccount.ExpiryFormat,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal);

    /// <summary>The transaction that granted it.</summary>
    public Guid PromotionId => Guid.ParseExact(
        Account.AsSpan(LedgerAccount.PromotionPrefixLength + LedgerAccount.ExpiryFormat.Length + 1), "N");

    /// <summary>The organization that it was granted to.</summary>
    public Guid OrganizationId => Guid.ParseExact(Account.AsSpan(LedgerAccount.PromotionPrefix.Length, 32), "N");
}
