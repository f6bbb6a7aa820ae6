using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Patchbay.Catalog;
using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary>Looks for model servers on this machine: asks the customary ports of the loopback address what they are. Only
/// lists and descriptions are asked for, so that no model is loaded.</summary>
internal sealed class LocalDiscovery(ListClient client)
{
    /// <summary>The longest that one question may take.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    /// <summary>The largest answer.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    private const int MostDescribed = 100;

    /// <summary>Where Ollama, LM Studio, vLLM and llama.cpp's server listen unless they are told otherwise.</summary>
    public static ImmutableArray<int> CustomaryPorts { get; } = [11434, 1234, 8000, 8080];

    /// <summary>The servers at these ports, in the order of the ports.</summary>
    public async Task<LocalFindings> FindAsync(IEnumerable<int> ports, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(ports.Distinct().Select(port => LookAsync(port, cancellationToken)));
        return new LocalFindings(
            [.. found.Where(one => one.Server is not null).Select(one => one.Server!)],
            [.. found.Where(one => one.Unknown is not null).Select(one => one.Unknown!.Value)]);
    }

    private async Task<(LocalServer? Server, int? Unknown)> LookAsync(int port, CancellationToken cancellationToken)
    {
        var root = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{IPAddress.Loopback}:{port}/"));
        var baseUrl = root.AbsoluteUri + "v1";
        var first = await client.GetAsync(new Uri(root, "v1/models"), null, null, cancellationToken);
        if (first.Nobody)
        {
            return default;
        }

        if (first.Body is { } list)
        {
            if (LocalAnswers.IsVllm(baseUrl, list, out var vllm))
            {
                return (vllm, null);
            }

            if (LocalAnswers.IsLlamaCpp(baseUrl, list, null, out _))
            {
                LocalAnswers.IsLlamaCpp(baseUrl, list, await BodyAsync(root, "props", cancellationToken), out var llamaCpp);
                return (llamaCpp, null);
            }
        }

        if (LocalAnswers.IsLmStudio(baseUrl, await BodyAsync(root, "api/v0/models", cancellationToken), out var lmStudio))
        {
            return (lmStudio, null);
        }

        var version = await BodyAsync(root, "api/version", cancellationToken);
        var tags = await BodyAsync(root, "api/tags", cancellationToken);
        return LocalAnswers.IsOllama(baseUrl, version, tags, out var ollama)
            ? (await DescribeAsync(root, ollama, cancellationToken), null)
            : (null, port);
    }

    private async Task<LocalServer> DescribeAsync(Uri root, LocalServer server, CancellationToken cancellationToken)
    {
        var models = await Task.WhenAll(server.Models.Select(async (model, index) => index >= MostDescribed ? model
            : LocalAnswers.Describe(model, (await client.PostAsync(
                new Uri(root, "api/show"),
                JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["model"] = model.Id }),
                cancellationToken)).Body)));
        return server with { Models = models };
    }

    private async Task<byte[]?> BodyAsync(Uri root, string path, CancellationToken cancellationToken) =>
        (await client.GetAsync(new Uri(root, path), null, null, cancellationToken)).Body;
}

/// <summary>What was found.</summary>
/// <param name="Servers">The servers that said what they are.</param>
/// <param name="Unknown">The ports where something else listens.</param>
internal sealed record LocalFindings(IReadOnlyList<LocalServer> Servers, IReadOnlyList<int> Unknown);
