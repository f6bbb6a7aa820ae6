using System.Text;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

/// <summary>The counts of <c>usage</c> (https://docs.claude.com/en/api/messages, usage). In a stream they are running totals:
/// the last report of each counts. <c>input_tokens</c> is what was neither read from nor written to the cache.</summary>
internal struct AnthropicCounts
{
    private const long Absurd = 1_000_000_000;

    private long? _input;
    private long? _output;
    private long? _thinking;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _write5m;
    private long? _write1h;
    private long? _searches;
    private Side _side;

    private enum Part
    {
        Usage,
        CacheCreation,
        OutputDetails,
        ServerTools,
    }

    /// <summary>The tier that served the request; null before it was told.</summary>
    public byte[]? Tier { get; private set; }

    /// <summary>Anything was reported.</summary>
    public readonly bool Any => (_input ?? _output ?? _cacheRead ?? _cacheWrite) is not null;

    /// <summary>Reads an object on whose start the reader stands, to its end.</summary>
    public void Read(ref Utf8JsonReader reader) => Read(ref reader, Part.Usage);

    /// <summary>The normal form.</summary>
    public readonly Usage ToUsage()
    {
        var write1h = _write1h;
        var write5m = _write5m;
        if (_cacheWrite is { } all && all > (write1h ?? 0) + (write5m ?? 0))
        {
            write5m = all - (write1h ?? 0);
        }

        var output = _output + _side.Output;
        var thinking = _thinking is { } thought && output is { } whole ? Math.Min(thought, whole) : _thinking;
        return new Usage
        {
            UncachedInput = _input + _side.Input,
            CacheRead = _cacheRead + _side.CacheRead,
            CacheWrite = write5m is null && _cacheWrite is null && _side.CacheWrite == 0 ? null : (write5m ?? 0) + _side.CacheWrite,
            CacheWrite1h = write1h,
            Output = output - (thinking ?? 0),
            Reasoning = thinking,
            Searches = _searches,
        };
    }

    private void Read(ref Utf8JsonReader reader, Part part)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (part)
            {
                case Part.CacheCreation: ReadCacheCreation(ref reader); break;
                case Part.OutputDetails: One(ref reader, "thinking_tokens"u8, ref _thinking); break;
                case Part.ServerTools: One(ref reader, "web_search_requests"u8, ref _searches); break;
                default: ReadMember(ref reader); break;
            }
        }
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("input_tokens"u8))
        {
            Keep(ref reader, ref _input);
        }
        else if (reader.ValueTextEquals("output_tokens"u8))
        {
            Keep(ref reader, ref _output);
        }
        else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
        {
            Keep(ref reader, ref _cacheRead);
        }
        else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
        {
            Keep(ref reader, ref _cacheWrite);
        }
        else if (reader.ValueTextEquals("cache_creation"u8))
        {
            Inner(ref reader, Part.CacheCreation);
        }
        else if (reader.ValueTextEquals("output_tokens_details"u8))
        {
            Inner(ref reader, Part.OutputDetails);
        }
        else if (reader.ValueTextEquals("server_tool_use"u8))
        {
            Inner(ref reader, Part.ServerTools);
        }
        else if (reader.ValueTextEquals("iterations"u8))
        {
            ReadIterations(ref reader);
        }
        else if (reader.ValueTextEquals("service_tier"u8))
        {
            reader.Read();
            Tier = reader.TokenType == JsonTokenType.String ? Encoding.UTF8.GetBytes(JsonText.String(reader)) : Tier;
            reader.Skip();
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private void ReadCacheCreation(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("ephemeral_5m_input_tokens"u8))
        {
            Keep(ref reader, ref _write5m);
        }
        else
        {
            One(ref reader, "ephemeral_1h_input_tokens"u8, ref _write1h);
        }
    }

    // A compaction of the conversation is billed beside what the top level tells:
    // https://docs.claude.com/en/docs/build-with-claude/compaction (usage).
    private void ReadIterations(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        _side = default;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var one = default(AnthropicCounts);
            var isCompaction = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    reader.Read();
                    isCompaction = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("compaction"u8);
                    reader.Skip();
                }
                else
                {
                    one.ReadMember(ref reader);
                }
            }

            if (isCompaction)
            {
                _side.Input += one._input ?? 0;
                _side.Output += one._output ?? 0;
                _side.CacheRead += one._cacheRead ?? 0;
                _side.CacheWrite += one._cacheWrite ?? 0;
            }
        }
    }

    private void Inner(ref Utf8JsonReader reader, Part part)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            Read(ref reader, part);
        }
        else
        {
            reader.Skip();
        }
    }

    private static void One(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref long? count)
    {
        if (reader.ValueTextEquals(name))
        {
            Keep(ref reader, ref count);
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private static void Keep(ref Utf8JsonReader reader, ref long? count)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value is >= 0 and <= Absurd)
        {
            count = value;
        }

        reader.Skip();
    }

    private struct Side
    {
        public long Input;
        public long Output;
        public long CacheRead;
        public long CacheWrite;
    }
}
