namespace Patchbay.Routing;

/// <summary>What the planner asks of an endpoint's health at one moment.</summary>
/// <param name="Failing">It had an outage in the last 30 seconds or asked for patience: others go first.</param>
/// <param name="CoolingUntilMs">Until when it is left alone, by the clock of the registry; 0 when it may be called.</param>
/// <param name="ToldToWaitUntilMs">Until when it asked us itself to stay away; 0 when it did not.</param>
internal readonly record struct HealthState(bool Failing, long CoolingUntilMs, long ToldToWaitUntilMs)
{
    public bool Cooling => CoolingUntilMs != 0;
}
