using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Patchbay.Billing;
using Patchbay.Core;
using Patchbay.Identity;

namespace Patchbay.Storage;

/// <summary>Reads rows of guardrails.</summary>
internal static class GuardrailRow
{
    /// <summary>The columns of a guardrail <c>g</c>.</summary>
    public static string Columns(CreditDialect dialect) => $"""
        g.id, g.organization_id, g.workspace_id, g.name, {dialect.Time("g.created_at")}, g.description, g.limit_nanos,
        g.reset_interval, g.includes_byok, g.policy, {dialect.Time("g.updated_at")}
        """;

    public static Guardrail Read(DbDataReader row) => new(row.Id(0), row.Id(1), row.Id(2), row.GetString(3), row.Time(4))
    {
        Description = row.TextOrNull(5),
        Limit = row.IsDBNull(6) ? null : new Money(row.GetInt64(6)),
        Reset = (ResetInterval)row.GetInt32(7),
        IncludesByok = row.GetBoolean(8),
        Policy = row.TextOrNull(9) is { } policy
            ? JsonSerializer.Deserialize(policy, GuardrailPolicyJson.Default.GuardrailPolicy)!
            : GuardrailPolicy.None,
        UpdatedAt = row.TimeOrNull(10),
    };

    public static string? Text(GuardrailPolicy policy) =>
        policy == GuardrailPolicy.None ? null : JsonSerializer.Serialize(policy, GuardrailPolicyJson.Default.GuardrailPolicy);

    /// <summary>The budgets of an organization's guardrails and whom they concern.</summary>
    public static async Task<GuardrailBudgets> ReadBudgetsAsync(TableConnection table, Guid organizationId)
    {
        Dictionary<Guid, GuardrailBudget>[] found = [[], [], []];
        await table.ListAsync(
            """
            SELECT g.id, g.name, g.reset_interval, g.limit_nanos, g.includes_byok, 0, g.workspace_id
            FROM guardrail g WHERE g.organization_id = @organization AND g.limit_nanos IS NOT NULL AND g.is_default = @yes
            UNION ALL
            SELECT g.id, g.name, g.reset_interval, g.limit_nanos, g.includes_byok,
              CASE WHEN a.key_id IS NULL THEN 1 ELSE 2 END, coalesce(a.key_id, a.member_id)
            FROM guardrail_assignment a JOIN guardrail g ON g.id = a.guardrail_id
            WHERE a.organization_id = @organization AND g.limit_nanos IS NOT NULL
            """,
            row => found[row.GetInt32(5)][row.Id(6)] = new GuardrailBudget(
                new GuardrailName(row.Id(0), row.GetString(1)), (ResetInterval)row.GetInt32(2), new Money(row.GetInt64(3)),
                row.GetBoolean(4)),
            ("organization", table.Id(organizationId)), ("yes", true));
        return new GuardrailBudgets(found[0], found[1], found[2]);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GuardrailPolicy))]
internal sealed partial class GuardrailPolicyJson : JsonSerializerContext;
