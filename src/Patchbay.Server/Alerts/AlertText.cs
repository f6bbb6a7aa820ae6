using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Patchbay.Billing;
using Patchbay.Core;

namespace Patchbay.Server;

/// <summary>Words alerts for people and programs.</summary>
internal static class AlertText
{
    /// <summary>A budget is spent up to a percentage in the window that holds a time.</summary>
    public static Alert OfBudget(BudgetPlan plan, string owner, int percent, Money spent, DateTimeOffset at, DateTimeOffset now)
    {
        var budget = plan.Budget;
        var (scope, limit, name) = (budget.Scope, budget.Limit!.Value, BudgetOrder.NameOf(budget.Interval));
        var start = ResetWindow.StartOf(budget.Interval, at);
        var resets = budget.Interval == ResetInterval.Never ? (DateTimeOffset?)null : ResetWindow.EndOf(budget.Interval, at);
        var level = scope.Level.ToString().ToLowerInvariant();
        var until = resets is { } end ? $" It starts again on {end.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC." : "";
        var how = percent == 100 ? "used up" : $"{percent.ToString(CultureInfo.InvariantCulture)} % used";
        return new Alert
        {
            Id = Guid.CreateVersion7(now),
            Key = KeyOf(plan, percent, at),
            Kind = Alert.BudgetKind,
            OrganizationId = plan.OrganizationId,
            WorkspaceId = scope.Level == BudgetLevel.Workspace ? scope.Id : null,
            Summary = $"The {name} budget of {owner} is {how}: ${spent} of ${limit}.{until}",
            Data = Write(json =>
            {
                json.WriteString("budget_id", plan.Id);
                json.WriteString("level", level);
                json.WriteString("scope_id", scope.Id);
                json.WriteString("interval", name);
                json.WriteNumber("percent", percent);
                Write(json, "limit_usd", limit);
                Write(json, "spent_usd", spent);
                json.WriteString("window_start", start.UtcDateTime);
                WriteOrNull(json, "resets_at", resets);
            }),
            CreatedAt = now,
        };
    }

    /// <summary>What makes an alert of a budget unique: one for a percentage of a limit in a window.</summary>
    public static string KeyOf(BudgetPlan plan, int percent, DateTimeOffset at)
    {
        var (scope, interval) = (plan.Budget.Scope, plan.Budget.Interval);
        return string.Create(CultureInfo.InvariantCulture,
            $"budget/{(int)scope.Level}/{scope.Id:N}/{(int)interval}/{ResetWindow.StartOf(interval, at):yyyy-MM-dd}/{plan.Budget.Limit!.Value.Nanos}/{percent}");
    }

    /// <summary>Prepaid funds fell below a limit.</summary>
    public static Alert OfCredits(Guid organizationId, string key, Money left, Money below, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Key = key,
        Kind = Alert.CreditsKind,
        OrganizationId = organizationId,
        Summary = $"The credits have fallen below ${below}: ${left} are left.",
        Data = Write(json =>
        {
            Write(json, "remaining_usd", left);
            Write(json, "below_usd", below);
        }),
        CreatedAt = now,
    };

    /// <summary>An automatic payment failed.</summary>
    public static Alert OfPayment(PaymentNotice notice, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Key = $"payment/{notice.PaymentId:N}",
        Kind = Alert.PaymentKind,
        OrganizationId = notice.OrganizationId,
        Summary = $"An automatic payment of ${notice.Amount} failed: {notice.Problem}."
            + (notice.IsSwitchedOff ? " Automatic payments are switched off until they are switched on again." : ""),
        Data = Write(json =>
        {
            json.WriteString("payment_id", notice.PaymentId);
            Write(json, "amount_usd", notice.Amount);
            json.WriteString("problem", notice.Problem);
            json.WriteBoolean("switched_off", notice.IsSwitchedOff);
        }),
        CreatedAt = now,
    };

    /// <summary>The body of a webhook: the same at every attempt.</summary>
    public static byte[] Body(Alert alert)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", alert.Id);
            json.WriteString("type", alert.Kind);
            json.WriteString("created_at", alert.CreatedAt.UtcDateTime);
            json.WriteString("organization_id", alert.OrganizationId);
            if (alert.WorkspaceId is { } workspace)
            {
                json.WriteString("workspace_id", workspace);
            }
            else
            {
                json.WriteNull("workspace_id");
            }

            json.WriteString("summary", alert.Summary);
            json.WritePropertyName("data");
            json.WriteRawValue(alert.Data);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The text of an e-mail.</summary>
    public static string Mail(Alert alert) => string.Create(CultureInfo.InvariantCulture, $"""
        {alert.Summary}

        Alert {alert.Id}, {alert.Kind}, {alert.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC

        {alert.Data}

        This address is a target of Patchbay's alerts. Whoever manages the organization can remove it: DELETE /api/v1/alerts/targets/ID.
        """);

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, Money amount)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(amount.ToString());
    }

    private static void WriteOrNull(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
