using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary>What an operation of a request with an Idempotency-Key knows of it.</summary>
/// <param name="Id">The same whenever this request is executed: what it makes is named by it, so that executing it again
/// makes nothing twice.</param>
/// <param name="IsRepeat">Whether an execution before was cut off and may have had an effect.</param>
internal sealed record IdempotentExecution(Guid Id, bool IsRepeat)
{
    /// <summary>That of this request; null without a key.</summary>
    public static IdempotentExecution? Of(HttpContext context) => context.Features.Get<IdempotentExecution>();

    /// <summary>The id to give to what a request makes.</summary>
    public static Guid NewId(HttpContext context, DateTimeOffset now) => Of(context)?.Id ?? Guid.CreateVersion7(now);
}
