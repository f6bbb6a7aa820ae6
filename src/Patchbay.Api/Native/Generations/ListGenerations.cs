using Microsoft.AspNetCore.Http;
using Patchbay.Billing;

namespace Patchbay.Api;

/// <summary><c>GET /generations</c>: generations, newest first. A key sees those of its workspace, a caller that manages
/// all of the organization.</summary>
internal sealed class ListGenerations(IGenerationStore generations) : IOperation
{
    private const int MostGenerations = 200;
    private const int UsualGenerations = 50;

    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var query = new QueryValues(context.Request);
        var wanted = new GenerationQuery(
            caller.OrganizationId,
            caller.CanManage ? null : caller.WorkspaceId,
            query.Number("offset", 0, int.MaxValue, 0),
            query.Number("limit", 1, MostGenerations, UsualGenerations));
        if (query.Fault is { } fault)
        {
            return new ErrorResult(fault);
        }

        var total = await generations.CountAsync(wanted, context.RequestAborted);
        var views = new List<GenerationView>();
        foreach (var generation in await generations.ListAsync(wanted, context.RequestAborted))
        {
            views.Add(GenerationView.Of(generation));
        }

        return TypedResults.Json(new GenerationsResponse(views, total), GenerationJson.Default.GenerationsResponse);
    }
}
