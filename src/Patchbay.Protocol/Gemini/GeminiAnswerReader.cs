using System.Text.Json;
using System.Text.Unicode;

namespace Patchbay.Protocol;

/// <summary>Reads <c>GenerateContentResponse</c> (https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse):
/// a whole answer is one, a stream is a sequence of them, each with the parts that are new and with counts so far. Only the
/// first candidate is read; no more are asked for.</summary>
internal sealed partial class GeminiAnswerReader
{
    private readonly JsonScratch _scratch = new();
    private string? _answerTool;
    private byte[] _responseId = [];
    private byte[] _grounding = [];
    private byte[] _citations = [];
    private bool _hasBegun;
    private bool _hasTier;
    private bool _hasSources;
    private FinishReason _finish;
    private long _searches;
    private int _images;

    /// <summary>Makes it ready for another answer.</summary>
    public void Reset(DialectRequest request)
    {
        _answerTool = request.AnswerTool;
        _responseId = [];
        _grounding = [];
        _citations = [];
        _hasBegun = false;
        _hasTier = false;
        _hasSources = false;
        _finish = FinishReason.None;
        _searches = 0;
        _images = 0;
        ResetParts();
    }

    /// <summary>Reads one response. After the one that says why the answer ended, more counts and even more parts may follow:
    /// only an error ends a stream.</summary>
    public StreamProgress Read(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        _scratch.Clear();
        if (!Utf8.IsValid(data))
        {
            data = JsonText.RepairUtf8(data);
        }

        try
        {
            return ReadResponse(data, sink);
        }
        catch (JsonException)
        {
            return StreamProgress.Malformed;
        }
    }

    /// <summary>Reads the one response of an answer that does not stream. False when it is none.</summary>
    public bool ReadWhole(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        var progress = Read(data, sink);
        if (progress == StreamProgress.More && _finish == FinishReason.None)
        {
            // It does not say why it ended, but it has.
            EndParts(sink);
        }

        return progress != StreamProgress.Malformed;
    }

    private StreamProgress ReadResponse(ReadOnlySpan<byte> data, AnswerSink sink)
    {
        // The id and the model stand behind the candidates. Errors may come in an array.
        var list = new JsonCursor(data);
        var cursor = new JsonCursor(list.NextItem() ? list.Value : data);
        ReadOnlySpan<byte> candidates = default, usage = default, feedback = default, id = default, model = default;
        while (cursor.NextMember())
        {
            if (cursor.Is("candidates"u8))
            {
                candidates = cursor.Value;
            }
            else if (cursor.Is("usageMetadata"u8))
            {
                usage = cursor.Value;
            }
            else if (cursor.Is("promptFeedback"u8))
            {
                feedback = cursor.Value;
            }
            else if (cursor.Is("responseId"u8))
            {
                id = cursor.Value;
            }
            else if (cursor.Is("modelVersion"u8))
            {
                model = cursor.Value;
            }
            else if (cursor.Is("error"u8))
            {
                GeminiErrors.Report(cursor.Value, sink);
                return StreamProgress.Done;
            }
        }

        if (candidates.IsEmpty && usage.IsEmpty && feedback.IsEmpty)
        {
            return StreamProgress.Malformed;
        }

        Begin(_scratch.Text(id), _scratch.Text(model), data, sink);
        var reason = ReadCandidates(candidates, sink);
        if (reason.IsEmpty)
        {
            reason = BlockReason(feedback);
        }

        if (!reason.IsEmpty)
        {
            EndParts(sink);
        }

        ReadUsage(usage, _scratch.Text(model), sink);
        if (!reason.IsEmpty)
        {
            Finish(HasBlock(feedback) ? FinishReason.ContentFilter : GeminiFinish.Of(reason, HasCalls), reason, sink);
        }

        return StreamProgress.More;
    }

    // Some models have said STOP with each of their events.
    private void Finish(FinishReason reason, ReadOnlySpan<byte> native, AnswerSink sink)
    {
        if (reason != _finish)
        {
            _finish = reason;
            sink.Finish(reason, native);
        }
    }

    private void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> model, ReadOnlySpan<byte> data, AnswerSink sink)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _responseId = id.IsEmpty ? GeminiCallId.Digest(data) : id.ToArray();
            sink.Begin(id, model);
        }
    }

    // The reason why the first candidate ended; empty while it goes on.
    private ReadOnlySpan<byte> ReadCandidates(ReadOnlySpan<byte> json, AnswerSink sink)
    {
        ReadOnlySpan<byte> reason = default;
        var candidates = new JsonCursor(json);
        while (candidates.NextItem())
        {
            ReadOnlySpan<byte> content = default, logprobs = default, finish = default, grounding = default, citations = default;
            var index = 0L;
            var candidate = new JsonCursor(candidates.Value);
            while (candidate.NextMember())
            {
                if (candidate.Is("content"u8))
                {
                    content = candidate.Value;
                }
                else if (candidate.Is("finishReason"u8))
                {
                    finish = candidate.Value;
                }
                else if (candidate.Is("index"u8))
                {
                    index = JsonScalar.Count(candidate.Value) ?? 0;
                }
                else if (candidate.Is("groundingMetadata"u8))
                {
                    grounding = candidate.Value;
                }
                else if (candidate.Is("citationMetadata"u8))
                {
                    citations = candidate.Value;
                }
                else if (candidate.Is("logprobsResult"u8))
                {
                    logprobs = candidate.Value;
                }
            }

            if (index != 0)
            {
                continue;
            }

            ReadContent(content, sink);
            GeminiLogprobs.Read(logprobs, sink);

            // Each time told anew, and whole at the end only.
            if (grounding.Length > 2)
            {
                _grounding = grounding.ToArray();
                _hasSources = true;
            }

            if (citations.Length > 2)
            {
                _citations = citations.ToArray();
                _hasSources = true;
            }

            reason = _scratch.Text(finish);
        }

        return reason;
    }

    private ReadOnlySpan<byte> BlockReason(ReadOnlySpan<byte> feedback)
    {
        var cursor = new JsonCursor(feedback);
        while (cursor.NextMember())
        {
            if (cursor.Is("blockReason"u8))
            {
                return _scratch.Text(cursor.Value);
            }
        }

        return default;
    }

    private bool HasBlock(ReadOnlySpan<byte> feedback) => !BlockReason(feedback).IsEmpty;

    private void ReadUsage(ReadOnlySpan<byte> json, ReadOnlySpan<byte> model, AnswerSink sink)
    {
        if (_grounding.Length > 0)
        {
            _searches = GeminiGrounding.Searches(_grounding, model);
        }

        if (GeminiUsage.TryRead(json, out var usage))
        {
            sink.Usage(usage with
            {
                ImagesOut = _images > 0 ? _images : null,
                Searches = _searches > 0 ? _searches : null,
            });
        }

        if (!_hasTier && Tier(json) is { IsEmpty: false } tier)
        {
            _hasTier = true;
            sink.ServiceTier(tier);
        }
    }

    // The Gemini API says serviceTier; Vertex AI says trafficType, as in ON_DEMAND_PRIORITY.
    private ReadOnlySpan<byte> Tier(ReadOnlySpan<byte> usage)
    {
        var cursor = new JsonCursor(usage);
        while (cursor.NextMember())
        {
            if (cursor.Is("serviceTier"u8))
            {
                var tier = _scratch.Text(cursor.Value);
                return tier.SequenceEqual("standard"u8) ? "default"u8 : tier;
            }

            if (cursor.Is("trafficType"u8))
            {
                return cursor.Value.EndsWith("_PRIORITY\""u8) ? "priority"u8
                    : cursor.Value.EndsWith("_FLEX\""u8) ? "flex"u8
                    : default;
            }
        }

        return default;
    }
}
