using Microsoft.AspNetCore.Http;
using Patchbay.Catalog;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>PUT /catalog/overrides</c>: says what a model or an endpoint costs and can do, in place of what was said of it
/// before. It counts from the next request on.</summary>
internal sealed class SetOverride(DefaultTenant tenant, TimeProvider clock, ICatalogueControl? control = null) : IOperation
{
    private const int LongestNote = 500;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        if (CatalogueAccess.Refuse(caller, tenant, control) is { } refusal)
        {
            return refusal;
        }

        var body = await JsonBody.ReadAsync(context.Request);
        var subject = body.Text("subject", CatalogueAccess.LongestSubject);
        var price = body.Section("price").Or(null);
        var value = new CatalogOverride
        {
            Subject = subject.IsPresent ? Resolve(body, subject.Value, control!) : "",
            Prices = price is null ? null : PriceBody.Read(price),
            ContextLength = body.Tokens("context_length").Or(null),
            MaxOutputTokens = body.Tokens("max_output_tokens").Or(null),
            Disabled = body.Flag("disabled").Or(false),
            Note = body.Text("note", LongestNote) is { IsPresent: true } note ? note.Value : null,
            Author = CatalogueAccess.AuthorOf(caller),
            SetAt = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
        };
        if (!subject.IsPresent)
        {
            body.Refuse("subject", "is required.");
        }

        if (value is { Prices: null, ContextLength: null, MaxOutputTokens: null, Disabled: false })
        {
            body.Refuse("price", "or 'context_length', 'max_output_tokens' or 'disabled' must be set.");
        }

        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        await control!.SetAsync(value, CancellationToken.None);
        return TypedResults.Json(
            new OverrideResponse(OverrideView.Of(value, control)), OverrideJson.Default.OverrideResponse);
    }

    private static string Resolve(JsonBody body, string subject, ICatalogueControl control)
    {
        var found = control.Find(subject);
        if (found.Count != 1)
        {
            body.Refuse("subject", found.Count == 0
                ? "is no model's slug and no endpoint's id in the catalogue; an endpoint's is 'tag|model slug|provider model id'."
                : $"names {found.Count} endpoints; add the provider's model id: {string.Join(", ", found)}");
            return "";
        }

        if (control.IsInFile(found[0]))
        {
            body.Refuse("subject", "is stated in patchbay.yaml, which wins over the database; change it there.");
        }

        return found[0];
    }
}
