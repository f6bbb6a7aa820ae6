namespace Patchbay.Routing;

/// <summary>How an endpoint did of late, best first.</summary>
internal enum HealthStanding : byte
{
    /// <summary>Nothing is known against it.</summary>
    Good,

    /// <summary>Of 100 or more requests in 5 minutes fewer than 95 % succeeded: others go first.</summary>
    Degraded,

    /// <summary>It had an outage in the last 30 seconds or asked for patience.</summary>
    Failing,

    /// <summary>Of 100 or more requests in 5 minutes fewer than 80 % succeeded: a last resort.</summary>
    Down,
}

/// <summary>What the planner asks of an endpoint's health at one moment. The default is that of a healthy endpoint.
/// </summary>
/// <param name="Standing">How it did of late.</param>
/// <param name="Withheld">The part of its share of the load that it does not get yet, after an outage; from 0 to 1.</param>
/// <param name="ShutUntilMs">Until when its breaker lets nobody through, by the clock of the registry; 0 when it does.</param>
/// <param name="PausedUntilMs">Until when the key stays away from it, being rate-limited or refused; 0 for not.</param>
/// <param name="ToldToWaitUntilMs">Until when it asked the key itself to stay away; 0 when it did not.</param>
internal readonly record struct HealthState(
    HealthStanding Standing, double Withheld, long ShutUntilMs, long PausedUntilMs, long ToldToWaitUntilMs)
{
    public long CoolingUntilMs => Math.Max(ShutUntilMs, PausedUntilMs);

    public bool Cooling => CoolingUntilMs != 0;

    /// <summary>Whether it seems to be defect, other than by being rate-limited or refusing a key.</summary>
    public bool LooksBad => Standing >= HealthStanding.Failing || ShutUntilMs != 0;
}
