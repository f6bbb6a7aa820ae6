using Patchbay.Billing;

namespace Patchbay.Storage;

/// <summary>The one decision whether an automatic payment begins, within a transaction of either database.</summary>
internal static class TopUpStart
{
    /// <summary>Decides. False when something else was decided meanwhile.</summary>
    public static async Task<bool> TryAsync(
        PaymentTables payments, PaymentAccountTable accounts, Payment payment, long sequence, DateTimeOffset day, string lockRow)
    {
        var account = await accounts.GetAsync(payment.OrganizationId, lockRow);
        var topUp = account.TopUp;
        if (!topUp.Rule.Enabled || topUp.PendingId is not null || topUp.Sequence + 1 != sequence || account.Card is null
            || payment.Amount != topUp.Rule.Amount
            || await payments.SumTopUpsAsync(payment.OrganizationId, day) + payment.Amount > topUp.Rule.DailyCap)
        {
            return false;
        }

        await payments.InsertAsync(payment, "");
        await accounts.BeginTopUpAsync(payment, sequence);
        return true;
    }
}
