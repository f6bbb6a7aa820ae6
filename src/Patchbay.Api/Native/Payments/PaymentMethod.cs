using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary>How somebody pays, in the words of the API.</summary>
/// <param name="Name"><c>card</c> or <c>crypto</c>.</param>
/// <param name="Gateway">The gateway in the books.</param>
/// <param name="Company">The company behind it, for messages.</param>
internal sealed record PaymentMethod(string Name, string Gateway, string Company)
{
    private static readonly PaymentMethod[] All =
        [new("card", LedgerAccount.Stripe, "Stripe"), new("crypto", LedgerAccount.Crypto, "Coinbase")];

    /// <summary>That of a gateway.</summary>
    public static PaymentMethod Of(string gateway) => Array.Find(All, method => method.Gateway == gateway)!;

    /// <summary>Reads the member <c>method</c>, which is <c>card</c> when absent; notes a fault when it is not set up here.</summary>
    public static PaymentMethod Read(JsonBody body, PaymentDesk desk)
    {
        var name = body.Text("method", 20).Or("card");
        var method = Array.Find(All, known => known.Name == name);
        if (method is null || desk.Find(method.Gateway) is null)
        {
            var known = string.Join(" or ", All.Where(known => desk.Find(known.Gateway) is not null).Select(known => $"'{known.Name}'"));
            body.Refuse("method", $"must be {known}.");
        }

        return method ?? All[0];
    }
}
