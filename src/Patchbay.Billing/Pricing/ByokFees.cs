using Patchbay.Core;

namespace Patchbay.Billing;

/// <summary>What a call on the caller's own provider key costs in credits: a share of the list price, once a month's allowance
/// of list price is used up (https://openrouter.ai/docs/guides/overview/auth/byok).</summary>
/// <param name="BasisPoints">The share in hundredths of a percent; 0 for no fee at all.</param>
/// <param name="Allowance">The list price that an organization may use in a calendar month (UTC) without a fee.</param>
public sealed record ByokFees(int BasisPoints, Money Allowance)
{
    /// <summary>No fees.</summary>
    public static ByokFees None { get; } = new(0, Money.Zero);

    /// <summary>The fee for a usage of which a part is free: the share of the exact price of the rest, rounded up once to a
    /// nano-USD.</summary>
    public Money Of(in Cost cost, Money free)
    {
        var rest = cost.Femtos - ((Int128)free.Nanos * UnitPrice.FemtosPerNano);
        return rest <= 0 ? Money.Zero : Share(rest);
    }

    /// <summary>The most that the fee for this list price can be.</summary>
    public Money Worst(Money listed) => Share((Int128)listed.Nanos * UnitPrice.FemtosPerNano);

    private Money Share(Int128 femtos) => Pricer.Share(femtos, BasisPoints);
}
