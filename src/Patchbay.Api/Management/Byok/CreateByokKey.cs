using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Identity;
using Patchbay.Providers;

namespace Patchbay.Api;

/// <summary><c>POST /byok</c>: keeps a caller's own key at a provider. It is encrypted, and never shown again.</summary>
internal sealed class CreateByokKey(
    IByokKeyStore keys, IOrganizationStore organizations, CatalogHolder catalog, SecretVault vault, ByokDirectory directory,
    TimeProvider clock) : IOperation
{
    private const int LongestSlug = 128;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var body = await JsonBody.ReadAsync(context.Request);
        var provider = body.Text("provider", LongestSlug);
        var secret = body.Secret("key", AccountText.Longest);
        var workspace = body.Id("workspace_id");
        var key = ByokKeyBody.Read(body, new ByokKey
        {
            Id = Guid.CreateVersion7(now),
            OrganizationId = caller.OrganizationId,
            WorkspaceId = workspace.Value ?? caller.WorkspaceId,
            Provider = provider.Or(""),
            Label = "",
            Sealed = [],
            CreatedAt = now,
        });
        if (!provider.IsPresent)
        {
            body.Refuse("provider", "is required.");
        }
        else if (!catalog.Current.TryGetProvider(provider.Value, out var listing) || listing.Slug != provider.Value)
        {
            body.Refuse("provider", $"is no provider of this server: there is no '{provider.Value}'.");
        }
        else if (!listing.TakesKey)
        {
            body.Refuse("provider", $"takes no keys: '{provider.Value}' has no known address or needs none.");
        }
        else if (secret.IsPresent)
        {
            key = key with { Label = ByokKeyBody.LabelOf(ByokKeyBody.Accounts(body, listing, secret.Value)) };
        }

        if (!secret.IsPresent)
        {
            body.Refuse("key", "is required.");
        }

        if (body.FindFault() is null && workspace.Value is { } id
            && (await organizations.FindWorkspaceAsync(id, context.RequestAborted))?.OrganizationId != caller.OrganizationId)
        {
            body.Refuse("workspace_id", "is no workspace of this organization.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        key = key with { Sealed = await vault.SealAsync(key.Place, secret.Value.Trim(), CancellationToken.None) };
        if (await keys.CreateAsync(key, CancellationToken.None) is not { } kept)
        {
            // It was deleted since it was looked up.
            body.Refuse("workspace_id", "is no workspace of this organization.");
            return new ErrorResult(body.FindFault()!);
        }

        await directory.FollowAsync(CancellationToken.None);
        return TypedResults.Json(
            new ByokKeyResponse(ByokKeyView.Of(kept)), ByokKeyJson.Default.ByokKeyResponse, statusCode: StatusCodes.Status201Created);
    }
}
