using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Patchbay.Core;

namespace Patchbay.Repository.Tests;

/// <summary>Writes docs/errors.md from the table in Patchbay.Core.</summary>
internal static partial class ErrorReference
{
    private const string Head = """
        # Errors

        <!-- Written by tests/Patchbay.Repository.Tests from GatewayErrorPolicy; run them with PATCHBAY_UPDATE_DOCS=1. -->

        Every failure that Patchbay expects is one of the kinds below. The kind decides the HTTP status, whether routing
        tries the next endpoint, how the endpoint's health is counted, and how loudly the failure is logged.

        ## What a caller sees

        ```json
        {
          "error": {
            "code": 402,
            "message": "One sentence that says what to change.",
            "type": "insufficient_quota",
            "param": null,
            "metadata": { "error_type": "payment_required", "code": "key_limit_exceeded", "limit_source": "key" }
          }
        }
        ```

        - `code` is the HTTP status; `type` is the name that OpenAI's clients know; `param` is the path of the member at fault.
        - `metadata.code` is Patchbay's own name for the kind. It is stable: write programs against it, not against `message`.
        - `metadata.error_type` is the name that OpenRouter's clients know.
        - `metadata.provider_name`, `provider_code` and `raw` are there when a provider failed: its name, its status and its own
          text, with secrets removed.
        - `metadata.previous_errors` lists the attempts that failed before, each with `provider`, `code` and `status`.
        - `availability` is there when nothing could serve the request: `code`, `retryable`, `requested_models`, and, where
          they apply, `affected_providers`, `excluded_by` and `constraint` with the `field` to change and how (`detail`).
        - `metadata.retry_after` and the `Retry-After` header are seconds to wait.

        Once a part of a stream has been sent, the status can no longer change. The error then comes as a last chunk that carries
        the same `error` object, without `type` and `param`. A stream that was cut never ends as if it were complete.

        ## What routing does

        - *stop*: the caller is told at once.
        - *next*: the next endpoint of the plan is tried, as long as nothing has reached the caller. When none is left, the caller
          is told.

        ## What it means for the endpoint's health

        - *none*: nothing; the request, the caller or Patchbay itself was the cause.
        - *soft*: the endpoint is put last for a few seconds.
        - *hard*: a failure that counts towards an outage.
        - *cooldown*: the endpoint is left alone until its Retry-After has passed; no outage.
        - *credential*: our credential at this provider was refused; the endpoint is left alone for a while.

        An attempt that ends in an error is not charged to anybody.

        """;

    private static readonly (string Title, Func<GatewayErrorKind, bool> Holds)[] Groups =
    [
        ("Caused by the request or the caller", kind => !IsProvider(kind) && For(kind).HttpStatus < 500),
        ("Caused by a provider", IsProvider),
        ("Caused by Patchbay or its surroundings", kind => !IsProvider(kind) && For(kind).HttpStatus >= 500),
    ];

    private static readonly Lazy<Dictionary<string, string>> Summaries = new(ReadSummaries);

    public static string Write()
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var (title, holds) in Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
            text.Append("| Code | Status | Meaning | Routing | Health | Log | OpenRouter | OpenAI | Anthropic |\n");
            text.Append("|---|---|---|---|---|---|---|---|---|\n");
            foreach (var kind in Enum.GetValues<GatewayErrorKind>().Where(holds))
            {
                var row = For(kind);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{row.Code}` | {row.HttpStatus} | {Summary(kind)} | {Routing(row.NextStep)} | {Lower(row.Health)} "
                    + $"| {Lower(row.Severity)} | `{row.ErrorType}` | `{row.OpenAiType}` | `{row.AnthropicType}` |\n");
            }
        }

        return text.ToString();
    }

    /// <summary>The sentence that documents the kind in the source.</summary>
    public static string Summary(GatewayErrorKind kind) => Summaries.Value[kind.ToString()];

    private static GatewayErrorRow For(GatewayErrorKind kind) => GatewayErrorPolicy.For(kind);

    private static bool IsProvider(GatewayErrorKind kind) =>
        kind.ToString().StartsWith("Provider", StringComparison.Ordinal);

    private static string Routing(NextStep step) => step switch
    {
        NextStep.Stop => "stop",
        NextStep.TryNext => "next",
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "A step without a word."),
    };

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static Dictionary<string, string> ReadSummaries()
    {
        var source = Repository.Get("src/Patchbay.Core/Errors/GatewayErrorKind.cs").Text;
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Member().Matches(source))
        {
            var lines = match.Groups["text"].Value.Replace("///", "", StringComparison.Ordinal);
            var sentence = Space().Replace(lines, " ").Trim();
            summaries[match.Groups["name"].Value] = sentence.Replace("|", "\\|", StringComparison.Ordinal);
        }

        return summaries;
    }

    [GeneratedRegex(@"/// <summary>(?<text>[^<]*)</summary>\s*(?<name>[A-Z]\w+),", RegexOptions.Singleline)]
    private static partial Regex Member();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
