using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Patchbay.Api;

/// <summary>Activity as CSV (RFC 4180): the members of the JSON, in their order.</summary>
internal static class ActivityCsv
{
    /// <summary>What it is sent as.</summary>
    public const string MediaType = "text/csv; charset=utf-8; header=present";

    /// <summary>Whether the caller asks for it rather than for JSON.</summary>
    public static bool IsWanted(HttpRequest request)
    {
        double csv = 0;
        double json = 0;
        foreach (var accepted in request.GetTypedHeaders().Accept)
        {
            var quality = accepted.Quality ?? 1;
            if (accepted.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase))
            {
                csv = quality;
            }
            else if (accepted.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            {
                json = quality;
            }
        }

        return csv > 0 && csv >= json;
    }

    /// <summary>The whole text.</summary>
    public static string Write(IReadOnlyList<ActivityItem> items, bool byWorkspace)
    {
        var text = new StringBuilder(
            "date,model,model_permaslug,endpoint_id,provider_name,usage,byok_usage_inference,requests,prompt_tokens,"
            + "completion_tokens,reasoning_tokens").Append(byWorkspace ? ",workspace_id\r\n" : "\r\n");
        foreach (var item in items)
        {
            text.Append(item.Date).Append(',');
            Append(text, item.Model).Append(',');
            Append(text, item.ModelPermaslug).Append(',');
            Append(text, item.EndpointId).Append(',');
            Append(text, item.ProviderName).Append(CultureInfo.InvariantCulture,
                $",{item.Usage},{item.ByokUsageInference},{item.Requests},{item.PromptTokens},{item.CompletionTokens},{item.ReasoningTokens}");
            text.Append(byWorkspace ? "," + item.WorkspaceId : "").Append("\r\n");
        }

        return text.ToString();
    }

    // A spreadsheet takes a text that begins like a formula for one; the apostrophe keeps it a text.
    private static StringBuilder Append(StringBuilder text, string field)
    {
        if (field.Length > 0 && field[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
        {
            field = "'" + field;
        }

        return field.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? text.Append(field)
            : text.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
