using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Patchbay.Billing;
using Patchbay.Identity;

namespace Patchbay.Api;

/// <summary><c>POST /analytics/query</c>: the organization's usage, added up as the body says.</summary>
internal sealed class QueryAnalytics(
    IUsageStore usage, IApiKeyStore keys, StatementOptions options, TimeProvider clock) : IOperation
{
    public async Task<IResult> RunAsync(HttpContext context, Caller caller)
    {
        var started = clock.GetTimestamp();
        var body = await JsonBody.ReadAsync(context.Request);
        var request = AnalyticsRequest.Read(body, clock.GetUtcNow());
        if (body.FindFault() is { } fault)
        {
            return new ErrorResult(fault);
        }

        var warnings = new List<string>();
        var filters = new List<UsageFilter>();
        foreach (var filter in request.Filters)
        {
            filters.Add(await ResolveAsync(filter, caller, warnings, context.RequestAborted));
        }

        var query = request.Query with { OrganizationId = caller.OrganizationId, Filters = filters };
        var report = await usage.WithinAsync(query, options.QueryTimeout, clock, context.RequestAborted);
        return report is null
            ? ErrorResult.TimedOut
            : TypedResults.Text(Write(request, report, warnings, clock.GetElapsedTime(started)), "application/json");
    }

    /// <summary>Ids for what the interface names: keys by hash, members by user.</summary>
    private async Task<UsageFilter> ResolveAsync(
        UsageFilter filter, Caller caller, List<string> warnings, CancellationToken cancellationToken)
    {
        if (filter.Dimension is not (UsageDimension.Key or UsageDimension.Member))
        {
            return filter;
        }

        var ids = new List<object>(filter.Values.Count);
        foreach (var value in filter.Values)
        {
            var id = filter.Dimension == UsageDimension.Key
                ? (await keys.FindAsync((string)value, caller.OrganizationId, cancellationToken))?.Id
                : await usage.FindMemberAsync(caller.OrganizationId, (Guid)value, cancellationToken);
            if (id is { } found)
            {
                ids.Add(found);
            }
            else
            {
                warnings.Add(filter.Dimension == UsageDimension.Key
                    ? $"api_key_id: there is no API key with the hash {value}; the value is ignored."
                    : $"user: there is no member with the user id {value}; the value is ignored.");
            }
        }

        // Nothing equals what does not exist, and everything differs from it.
        return filter with
        {
            Values = ids,
            Operator = ids.Count > 0 ? filter.Operator
                : filter.Operator is UsageOperator.Equal or UsageOperator.In ? UsageOperator.In : UsageOperator.NotIn,
            IncludeUnset = filter.IncludeUnset || (ids.Count == 0 && filter.Operator == UsageOperator.NotEqual),
        };
    }

    private static string Write(AnalyticsRequest request, UsageReport report, List<string> warnings, TimeSpan elapsed)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("data"u8);
            writer.WriteStartArray("data"u8);
            foreach (var row in report.Rows)
            {
                WriteRow(writer, request, row);
            }

            writer.WriteEndArray();
            writer.WriteStartObject("metadata"u8);
            writer.WriteNumber("query_time_ms"u8, decimal.Round((decimal)elapsed.TotalMilliseconds, 3));
            writer.WriteNumber("row_count"u8, report.Rows.Count);
            writer.WriteBoolean("truncated"u8, report.Truncated);
            writer.WriteEndObject();
            if (warnings.Count > 0)
            {
                writer.WriteStartArray("warnings"u8);
                foreach (var warning in warnings)
                {
                    writer.WriteStringValue(warning);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteRow(Utf8JsonWriter writer, AnalyticsRequest request, UsageRow row)
    {
        writer.WriteStartObject();
        if (row.At is { } at)
        {
            writer.WriteString(
                "date__" + request.Granularity, at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        }

        for (var i = 0; i < request.Dimensions.Count; i++)
        {
            var dimension = request.Dimensions[i];
            var key = row.Keys[i];
            writer.WriteString(dimension.Name, dimension.Id is null ? key.Value : key.Label ?? key.Value);
            if (dimension.Id is not null)
            {
                writer.WriteString(dimension.Id, key.Value);
            }
        }

        foreach (var metric in request.Metrics)
        {
            metric.Write(writer, row.Totals);
        }

        writer.WriteEndObject();
    }
}
