using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Patchbay.Api;

/// <summary>The native API: generations, budgets and alerts, what operators say of the catalogue, and what this server is.</summary>
public static class NativeRoutes
{
    /// <summary>Serves the native operations below the given group, such as <c>/api/v1</c>. Needs in the container:
    /// <see cref="CallerDirectory"/>, the default tenant, the stores of generations and of overrides, and a
    /// <see cref="SystemInfo"/>; what the inference routes need, for explanations; and an <see cref="ICatalogueControl"/> where the catalogue can be changed; for budgets
    /// <see cref="BudgetServices.AddBudgets"/>, for alerts their store, the vault and <see cref="AlertOptions"/>.</summary>
    public static IEndpointRouteBuilder MapNative(this IEndpointRouteBuilder routes)
    {
        routes.MapOperation<ReadGeneration>("GET", "/generation", Access.AnyKey);
        routes.MapOperation<ListGenerations>("GET", "/generations", Access.AnyKey);
        routes.MapOperation<ExplainRoute>("POST", "/route/explain", Access.Inference);
        routes.MapOperation<ListOverrides>("GET", "/catalog/overrides", Access.Management);
        routes.MapOperation<SetOverride>("PUT", "/catalog/overrides", Access.Management);
        routes.MapOperation<RemoveOverride>("DELETE", "/catalog/overrides", Access.Management);
        routes.MapOperation<ListOverrideChanges>("GET", "/catalog/overrides/changes", Access.Management);
        routes.MapOperation<ListWaitingChanges>("GET", "/catalog/changes", Access.Management);
        routes.MapOperation<AcceptChanges>("POST", "/catalog/changes/accept", Access.Management);
        routes.MapOperation<RejectChanges>("POST", "/catalog/changes/reject", Access.Management);
        routes.MapOperation<GrantCredits>("POST", "/credits/grants", Access.Management);
        routes.MapOperation<ListCreditTransactions>("GET", "/credits/transactions", Access.Management);
        routes.MapOperation<ReadBillingDetails>("GET", "/credits/billing-details", Access.Management);
        routes.MapOperation<SetBillingDetails>("PUT", "/credits/billing-details", Access.Management);
        routes.MapOperation<ListReceipts>("GET", "/credits/receipts", Access.Management);
        routes.MapOperation<ReadReceipt>("GET", "/credits/receipts/{id}.html", Access.Management);
        routes.MapOperation<ReadReceipt>("GET", "/credits/receipts/{id}.pdf", Access.Management);
        routes.MapOperation<ReadInvoice>("GET", "/credits/invoices/{month}.html", Access.Management);
        routes.MapOperation<ReadInvoice>("GET", "/credits/invoices/{month}.pdf", Access.Management);
        routes.MapOperation<ListRateLimits>("GET", "/rate-limits", Access.Management);
        routes.MapOperation<SetRateLimit>("PUT", "/rate-limits/{level}/{id}", Access.Management);
        routes.MapOperation<RemoveRateLimit>("DELETE", "/rate-limits/{level}/{id}", Access.Management);
        routes.MapOperation<ListBudgets>("GET", "/budgets", Access.Management);
        routes.MapOperation<ListScopeBudgets>("GET", "/budgets/{level}/{id}", Access.Management);
        routes.MapOperation<SetBudget>("PUT", "/budgets/{level}/{id}/{interval}", Access.Management);
        routes.MapOperation<RemoveBudget>("DELETE", "/budgets/{level}/{id}/{interval}", Access.Management);
        routes.MapOperation<ReadForecast>("GET", "/forecast/{level}/{id}", Access.Management);
        routes.MapOperation<ListAlertTargets>("GET", "/alerts/targets", Access.Management);
        routes.MapOperation<CreateAlertTarget>("POST", "/alerts/targets", Access.Management);
        routes.MapOperation<DeleteAlertTarget>("DELETE", "/alerts/targets/{id}", Access.Management);
        routes.MapOperation<TestAlertTarget>("POST", "/alerts/targets/{id}/test", Access.Management);
        routes.MapOperation<ListAlertDeliveries>("GET", "/alerts/deliveries", Access.Management);
        routes.MapOperation<ReadAlertSettings>("GET", "/alerts/settings", Access.Management);
        routes.MapOperation<SetAlertSettings>("PUT", "/alerts/settings", Access.Management);
        routes.MapGet("/system", ReadSystem.RunAsync);
        return routes;
    }
}
