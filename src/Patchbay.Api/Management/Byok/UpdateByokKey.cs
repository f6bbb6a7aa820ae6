using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Identity;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary><c>PATCH /byok/{id}</c>: changes the members that the body has; with <c>key</c>, the credential itself, of which
/// the former is overwritten. It counts from the next request on.</summary>
internal sealed class UpdateByokKey(
    IByokKeyStore keys, CatalogHolder catalog, SecretVault vault, ByokDirectory directory) : IOperation
{
    // Changes of different members do not undo each other.
    private static readonly SemaphoreSlim Turn = new(1, 1);

    private static readonly GatewayError Overtaken = new(
        GatewayErrorKind.Conflict, "The credential was changed at the same time by another request. Read it and try again.");

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var body = await JsonBody.ReadAsync(context.Request);
        await Turn.WaitAsync(context.RequestAborted);
        try
        {
            if (await keys.FindAsync(context.GetRouteValue("id") as string, caller, context.RequestAborted) is not { } key)
            {
                return ByokKeyBody.NotFound;
            }

            var secret = body.Secret("key", AccountText.Longest);
            var changed = ByokKeyBody.Read(body, key);
            if (secret.IsPresent)
            {
                if (catalog.Current.TryGetProvider(key.Provider, out var listing))
                {
                    changed = changed with { Label = ByokKeyBody.LabelOf(ByokKeyBody.Accounts(body, listing, secret.Value)) };
                }

                changed = changed with { SecretVersion = key.SecretVersion + 1 };
            }

            if (body.FindFault() is { } fault)
            {
                return new ErrorResult(fault);
            }

            if (secret.IsPresent)
            {
                changed = changed with { Sealed = await vault.SealAsync(changed.Place, secret.Value.Trim(), CancellationToken.None) };
            }

            if (!await keys.UpdateAsync(changed, CancellationToken.None))
            {
                return new ErrorResult(Overtaken);
            }

            await directory.FollowAsync(CancellationToken.None);
            return TypedResults.Json(new ByokKeyResponse(ByokKeyView.Of(changed)), ByokKeyJson.Default.ByokKeyResponse);
        }
        finally
        {
            Turn.Release();
        }
    }
}
