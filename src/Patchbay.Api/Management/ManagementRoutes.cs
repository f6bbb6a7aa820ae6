using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Patchbay.Api;

/// <summary>The management API: keys, own provider keys, workspaces and their budgets, guardrails, credits and statements.</summary>
public static class ManagementRoutes
{
    /// <summary>Serves the management operations below the given group, such as <c>/api/v1</c>. Needs in the container:
    /// <see cref="CallerDirectory"/>, the hold book, the default tenant, the stores of keys, own provider keys, organizations,
    /// credits, usage and of requests with an <c>Idempotency-Key</c>, the catalogue, a <see cref="ByokDirectory"/>,
    /// <see cref="StatementOptions"/> and a <see cref="TimeProvider"/>; for workspaces and guardrails their stores and
    /// <see cref="BudgetServices.AddBudgets"/>.</summary>
    public static IEndpointRouteBuilder MapManagement(this IEndpointRouteBuilder routes)
    {
        routes.MapOperation<ListKeys>("GET", "/keys", Access.Management);
        routes.MapOperation<CreateKey>("POST", "/keys", Access.Management);
        routes.MapOperation<ReadKey>("GET", "/keys/{hash}", Access.Management);
        routes.MapOperation<UpdateKey>("PATCH", "/keys/{hash}", Access.Management);
        routes.MapOperation<DeleteKey>("DELETE", "/keys/{hash}", Access.Management);
        routes.MapOperation<ReadCurrentKey>("GET", "/key", Access.AnyKey);
        routes.MapOperation<ReadCurrentKey>("GET", "/auth/key", Access.AnyKey);
        routes.MapOperation<ListByokKeys>("GET", "/byok", Access.Management);
        routes.MapOperation<CreateByokKey>("POST", "/byok", Access.Management);
        routes.MapOperation<ReadByokKey>("GET", "/byok/{id}", Access.Management);
        routes.MapOperation<UpdateByokKey>("PATCH", "/byok/{id}", Access.Management);
        routes.MapOperation<DeleteByokKey>("DELETE", "/byok/{id}", Access.Management);
        routes.MapOperation<ListWorkspaces>("GET", "/workspaces", Access.Management);
        routes.MapOperation<CreateWorkspace>("POST", "/workspaces", Access.Management);
        routes.MapOperation<ReadWorkspace>("GET", "/workspaces/{id}", Access.Management);
        routes.MapOperation<UpdateWorkspace>("PATCH", "/workspaces/{id}", Access.Management);
        routes.MapOperation<DeleteWorkspace>("DELETE", "/workspaces/{id}", Access.Management);
        routes.MapOperation<ListWorkspaceBudgets>("GET", "/workspaces/{id}/budgets", Access.Management);
        routes.MapOperation<ReadWorkspaceBudget>("GET", "/workspaces/{id}/budgets/{interval}", Access.Management);
        routes.MapOperation<SetWorkspaceBudget>("PUT", "/workspaces/{id}/budgets/{interval}", Access.Management);
        routes.MapOperation<RemoveWorkspaceBudget>("DELETE", "/workspaces/{id}/budgets/{interval}", Access.Management);
        routes.MapOperation<ListGuardrails>("GET", "/guardrails", Access.Management);
        routes.MapOperation<CreateGuardrail>("POST", "/guardrails", Access.Management);
        routes.MapOperation<ReadGuardrail>("GET", "/guardrails/{id}", Access.Management);
        routes.MapOperation<UpdateGuardrail>("PATCH", "/guardrails/{id}", Access.Management);
        routes.MapOperation<DeleteGuardrail>("DELETE", "/guardrails/{id}", Access.Management);
        routes.MapOperation<ListKeyAssignments>("GET", "/guardrails/assignments/keys", Access.Management);
        routes.MapOperation<ListMemberAssignments>("GET", "/guardrails/assignments/members", Access.Management);
        routes.MapOperation<ListKeyAssignments>("GET", "/guardrails/{id}/assignments/keys", Access.Management);
        routes.MapOperation<AssignKeys>("POST", "/guardrails/{id}/assignments/keys", Access.Management);
        routes.MapOperation<UnassignKeys>("POST", "/guardrails/{id}/assignments/keys/remove", Access.Management);
        routes.MapOperation<ListMemberAssignments>("GET", "/guardrails/{id}/assignments/members", Access.Management);
        routes.MapOperation<AssignMembers>("POST", "/guardrails/{id}/assignments/members", Access.Management);
        routes.MapOperation<UnassignMembers>("POST", "/guardrails/{id}/assignments/members/remove", Access.Management);
        routes.MapOperation<ReadCredits>("GET", "/credits", Access.Management);
        routes.MapPost("/credits/coinbase", RefuseCoinbase.RunAsync);
        routes.MapOperation<ReadActivity>("GET", "/activity", Access.Management);
        routes.MapOperation<AnalyticsMeta>("GET", "/analytics/meta", Access.Management);
        routes.MapOperation<QueryAnalytics>("POST", "/analytics/query", Access.Management);
        return routes;
    }
}
