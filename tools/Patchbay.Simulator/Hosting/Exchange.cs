using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Hosting;

/// <summary>One request and its answer. Reused by the requests of a connection, with its buffers.</summary>
internal sealed class Exchange(SimulatorApplication application)
{
    private IFeatureCollection _features = null!;
    private IHttpRequestFeature _request = null!;
    private IHttpRequestLifetimeFeature _lifetime = null!;
    private byte[] _body = [];
    private int _bodyLength;
    private bool _settled;
    private bool _isRaw;
    private LoggedRequest? _entry;

    public SimulatorApplication Application => application;

    public SimulatorOptions Options => application.Options;

    public string Path => _request.Path;

    /// <summary>The path as it was sent, still escaped, without the query.</summary>
    public string RawPath => _request.RawTarget.Split('?')[0];

    public string Method => _request.Method;

    public CancellationToken Aborted { get; private set; }

    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _bodyLength);

    public SimulatorProvider Provider { get; private set; } = null!;

    public IProtocol Protocol { get; set; } = null!;

    public long Sequence { get; private set; }

    public Behavior Settings { get; set; } = Behavior.Default;

    /// <summary>Bytes of the frame or body that is being built.</summary>
    public ArrayBufferWriter<byte> Payload { get; } = new(1024);

    /// <summary>What a protocol keeps for the length of the request.</summary>
    public ArrayBufferWriter<byte> Scratch { get; } = new(512);

    /// <summary>The exception that the answer's header names; null for none.</summary>
    public string? ErrorName { get; set; }

    /// <summary>Whether the head of the answer may have left.</summary>
    public bool HasStarted => _isRaw || Feature<IHttpResponseFeature>().HasStarted;

    public int PromptTokens { get; set; }

    /// <summary>Completion tokens of the whole answer, as planned.</summary>
    public int PlannedTokens { get; set; }

    public int TokensGenerated { get; private set; }

    public int Frames { get; private set; }

    public long Bytes { get; private set; }

    public long UnixSeconds => Options.Time.GetUtcNow().ToUnixTimeSeconds();

    public void Open(IFeatureCollection features)
    {
        _features = features;
        _request = features.GetRequiredFeature<IHttpRequestFeature>();
        _lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        Aborted = _lifetime.RequestAborted;
    }

    public void Close()
    {
        if (_body.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_body);
            _body = [];
        }

        _features = null!;
        _request = null!;
        _lifetime = null!;
        _entry = null;
        _bodyLength = 0;
        _settled = false;
        _isRaw = false;
        Settings = Behavior.Default;
        ErrorName = null;
        PromptTokens = 0;
        PlannedTokens = 0;
        TokensGenerated = 0;
        Frames = 0;
        Bytes = 0;
        Payload.ResetWrittenCount();
        Scratch.ResetWrittenCount();
    }

    public async ValueTask ReadBodyAsync()
    {
        var reader = Feature<IRequestBodyPipeFeature>().Reader;
        while (true)
        {
            var result = await reader.ReadAsync(Aborted);
            foreach (var segment in result.Buffer)
            {
                Append(segment.Span);
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    public string? Header(string name) => _request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public T Feature<T>()
        where T : notnull => _features.GetRequiredFeature<T>();

    public void Abort() => _lifetime.Abort();

    /// <summary>Notes who was asked, and keeps the request for the log.</summary>
    public void Receive(SimulatorProvider provider, long sequence)
    {
        Provider = provider;
        Sequence = sequence;
        if (!application.Log.Keeps)
        {
            return;
        }

        var headers = new List<KeyValuePair<string, string>>(_request.Headers.Count);
        foreach (var (name, values) in _request.Headers)
        {
            foreach (var value in values)
            {
                headers.Add(new(name, value ?? ""));
            }
        }

        _entry = new LoggedRequest
        {
            Sequence = sequence,
            Provider = provider.Name,
            Path = Path,
            Body = _body.AsSpan(0, Math.Min(_bodyLength, Options.LogBodyLimit)).ToArray(),
            Headers = headers,
        };
        application.Log.Keep(_entry);
    }

    /// <summary>Finds the behaviour for a model name as received; returns the name without its settings.</summary>
    public string Understand(string model, bool streaming)
    {
        var semicolon = model.IndexOf(';', StringComparison.Ordinal);
        var name = semicolon < 0 ? model : model[..semicolon];
        var inModel = semicolon < 0 ? "" : model[(semicolon + 1)..];
        if (_entry is not null)
        {
            _entry.Model = model;
            _entry.Streaming = streaming;
        }

        Settings = application.Script.Resolve(
            Provider.Name, Provider.Behavior, name, inModel, Header("X-Sim") ?? "", Sequence);
        if (_entry is not null)
        {
            _entry.Behavior = Settings.Settings;
        }

        return name;
    }

    public void Started(int status, bool raw)
    {
        _isRaw = raw;
        if (_entry is not null)
        {
            _entry.Status = status;
            _entry.PromptTokens = PromptTokens;
        }
    }

    public void Sent(int frames, int tokens)
    {
        Frames += frames;
        TokensGenerated += tokens;
        if (_entry is not null)
        {
            _entry.Frames = Frames;
            _entry.TokensGenerated = TokensGenerated;
        }
    }

    public void SentBytes(long bytes)
    {
        Bytes += bytes;
        if (_entry is not null)
        {
            _entry.Bytes = Bytes;
        }
    }

    /// <summary>Ends the accounts of this request; the first call decides.</summary>
    public void Settle(RequestOutcome outcome)
    {
        if (_settled)
        {
            return;
        }

        _settled = true;
        var billed = outcome == RequestOutcome.CancelledByClient && Settings.Cancel == CancelPolicy.Continue
            ? PlannedTokens
            : TokensGenerated;
        if (_entry is not null)
        {
            _entry.PromptTokens = PromptTokens;
            _entry.TokensBilled = billed;
            _entry.Outcome = outcome;
        }

        application.Log.End(outcome, PromptTokens, billed, Frames, Bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bodyLength + bytes.Length > _body.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bodyLength + bytes.Length, _body.Length * 2));
            _body.AsSpan(0, _bodyLength).CopyTo(larger);
            if (_body.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_body);
            }

            _body = larger;
        }

        bytes.CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += bytes.Length;
    }
}
