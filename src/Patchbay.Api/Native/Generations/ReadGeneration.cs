using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /generation?id=</c>: one generation. A key sees those of its workspace, a caller that manages all of
/// the organization.</summary>
internal sealed class ReadGeneration(IGenerationStore generations) : IOperation
{
    private static readonly ErrorResult NotFound = ErrorResult.NotFound("generation with this id");

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var query = new QueryValues(context.Request);
        var id = query.RequiredText("id");
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        return await generations.FindAsync(id, caller.OrganizationId, context.RequestAborted) is { } generation
            && (caller.CanManage || generation.WorkspaceId == caller.WorkspaceId)
                ? TypedResults.Json(
                    new GenerationResponse(GenerationView.Of(generation)), GenerationJson.Default.GenerationResponse)
                : NotFound;
    }
}
