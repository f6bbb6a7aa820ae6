using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>Why a request of a free model must wait.</summary>
/// <param name="IsDaily">Whether the day's requests are used up; else those of the minute.</param>
/// <param name="Limit">How many there are.</param>
/// <param name="ResetsAt">When there is room again.</param>
/// <param name="ToBuy">What has to be bought for a larger limit; null where that would not help.</param>
/// <param name="LimitThen">The limit then.</param>
public sealed record FreeTierRefusal(bool IsDaily, long Limit, DateTimeOffset ResetsAt, Money? ToBuy, long LimitThen);

/// <summary>What an account has of the free models on this day.</summary>
/// <param name="IsNew">Whether it never bought credits, or gave all back.</param>
/// <param name="Limit">Requests on this day; null where they are not limited.</param>
/// <param name="Used">How many were sent, on all servers.</param>
public readonly record struct FreeTierStanding(bool IsNew, long? Limit, long Used);
