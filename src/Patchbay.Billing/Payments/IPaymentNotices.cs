using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Tells owners what they should know of their payments. What is told again is told once.</summary>
public interface IPaymentNotices
{
    /// <summary>An automatic payment failed. When the task completes, the owner will be told.</summary>
    /// <exception cref="StorageUnavailableException">Not now.</exception>
    Task TellAsync(PaymentNotice notice, CancellationToken cancellationToken);
}

/// <summary>An automatic payment that failed.</summary>
/// <param name="OrganizationId">Whose.</param>
/// <param name="PaymentId">Which.</param>
/// <param name="Amount">How much was to be bought.</param>
/// <param name="Problem">Why, in the gateway's short code or a few words.</param>
/// <param name="IsSwitchedOff">Whether no more are tried until the owner switches it on again.</param>
public sealed record PaymentNotice(Guid OrganizationId, Guid PaymentId, Money Amount, string Problem, bool IsSwitchedOff);
