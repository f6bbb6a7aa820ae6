using Microsoft.AspNetCore.Http;
using Patchbay.Core;

namespace Patchbay.Api;

/// <summary><c>POST /credits/coinbase</c>: what it did has been withdrawn everywhere, and every caller is told so.</summary>
internal static class RefuseCoinbase
{
    private static readonly GatewayError Withdrawn = new(
        GatewayErrorKind.Gone, "Charges through Coinbase Commerce have been removed. Buy credits in the console instead.");

    public static Task RunAsync(HttpContext context) => context.WriteErrorAsync(Withdrawn);
}
