using System.Collections.Frozen;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;
using Patchbay.Simulator.Anthropic;
using Patchbay.Simulator.Bedrock;
using Patchbay.Simulator.Cohere;
using Patchbay.Simulator.Faults;
using Patchbay.Simulator.Gemini;
using Patchbay.Simulator.Log;
using Patchbay.Simulator.Mistral;
using Patchbay.Simulator.Ollama;
using Patchbay.Simulator.OpenAi;
using Patchbay.Simulator.Replicate;
using Patchbay.Simulator.Responses;
using Patchbay.Simulator.Scripting;

namespace Patchbay.Simulator.Hosting;

/// <summary>Takes requests from Kestrel without any middleware and hands them to the protocol that serves the path.</summary>
internal sealed class SimulatorApplication : IHttpApplication<Exchange>
{
    private static readonly SimulatorProvider Plain = new() { Name = "sim" };

    private readonly IProtocol[] _protocols;
    private readonly FrozenDictionary<string, SimulatorProvider> _providers;
    private readonly FrozenDictionary<string, SimulatorProvider>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly OpenAiProtocol _openAi = new();
    private readonly ControlRoutes _control;
    private long _sequence;

    public SimulatorApplication(SimulatorOptions options)
    {
        Options = options;
        Log = new SimulatorLog(options.KeepLog, options.LogCapacity);
        Script = new SimulatorScript(options.Seed);
        Script.Replace(options.Rules);
        foreach (var provider in options.Providers)
        {
            Behavior.Parse(provider.Behavior);
        }

        _providers = options.Providers.ToFrozenDictionary(provider => provider.Name, StringComparer.Ordinal);
        _byName = _providers.GetAlternateLookup<ReadOnlySpan<char>>();
        _protocols =
        [
            new MistralProtocol(), _openAi, new AnthropicProtocol(), new AnthropicOnVertex(), new AnthropicOnBedrock(), new GeminiProtocol(),
            new ConverseProtocol(), new CohereProtocol(), new OllamaProtocol(), new ResponsesProtocol(), new ReplicateProtocol(),
        ];
        _control = new ControlRoutes(this);
    }

    public SimulatorOptions Options { get; }

    public SimulatorLog Log { get; }

    public SimulatorScript Script { get; }

    public void Reset()
    {
        Log.Reset();
        Script.ResetCounts();
        Interlocked.Exchange(ref _sequence, 0);
    }

    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is IHostContextContainer<Exchange> container)
        {
            container.HostContext ??= new Exchange(this);
            container.HostContext.Open(contextFeatures);
            return container.HostContext;
        }

        var exchange = new Exchange(this);
        exchange.Open(contextFeatures);
        return exchange;
    }

    public void DisposeContext(Exchange context, Exception? exception) => context.Close();

    public async Task ProcessRequestAsync(Exchange context)
    {
        var path = context.Path;
        if (path.StartsWith("/_sim/", StringComparison.Ordinal))
        {
            await context.ReadBodyAsync();
            await _control.AnswerAsync(context);
            return;
        }

        Log.Begin();
        try
        {
            await context.ReadBodyAsync();
            context.Receive(FindProvider(path, out var operation), Interlocked.Increment(ref _sequence));
            await AnswerAsync(context, operation);
            context.Settle(RequestOutcome.Completed);
        }
        catch (OperationCanceledException)
        {
            context.Settle(RequestOutcome.CancelledByClient);
        }
        catch (IOException) when (context.Aborted.IsCancellationRequested)
        {
            context.Settle(RequestOutcome.CancelledByClient);
        }
        catch (System.Net.Sockets.SocketException)
        {
            context.Settle(RequestOutcome.CancelledByClient);
        }
        catch (Exception exception) when (!context.HasStarted && !context.Aborted.IsCancellationRequested)
        {
            context.Settings = Behavior.Default;
            await PlainAnswer.SendErrorAsync(
                context, new ErrorReply(500, "simulator_error", null, $"The simulator failed: {exception}"));
        }
        finally
        {
            context.Settle(RequestOutcome.Faulted);
        }
    }

    private async Task AnswerAsync(Exchange context, int operation)
    {
        var protocol = FindProtocol(context, operation);
        if (protocol is null)
        {
            context.Protocol = _openAi;
            context.Settings = Behavior.Default;
            var message = $"The simulator serves no {context.Method} {context.Path}";
            await PlainAnswer.SendErrorAsync(context, new ErrorReply(404, "invalid_request_error", null, message));
            return;
        }

        context.Protocol = protocol;
        try
        {
            await protocol.AnswerAsync(context);
        }
        catch (FormatException exception) when (!context.HasStarted)
        {
            context.Settings = Behavior.Default;
            await PlainAnswer.SendErrorAsync(
                context, new ErrorReply(400, "invalid_request_error", null, exception.Message));
        }
    }

    private IProtocol? FindProtocol(Exchange context, int operation)
    {
        foreach (var protocol in _protocols)
        {
            if ((protocol.Profile is null || protocol.Profile == context.Provider.Protocol) && protocol.Serves(context.Method, context.Path.AsSpan(operation)))
            {
                return protocol;
            }
        }

        return null;
    }

    /// <summary>The provider is the first segment, unless that is a version (<c>/v1/…</c>).</summary>
    private SimulatorProvider FindProvider(string path, out int operation)
    {
        operation = 1;
        var slash = path.IndexOf('/', 1);
        if (slash < 0 || (path[1] == 'v' && slash > 2 && char.IsAsciiDigit(path[2])))
        {
            return _providers.GetValueOrDefault(Plain.Name) ?? Plain;
        }

        operation = slash + 1;
        var name = path.AsSpan(1, slash - 1);
        return _byName.TryGetValue(name, out var known) ? known : new SimulatorProvider { Name = name.ToString() };
    }
}
