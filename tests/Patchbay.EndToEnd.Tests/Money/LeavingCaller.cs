using System.Text.RegularExpressions;
using Patchbay.EndToEnd.Tests.Hostile;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests;

/// <summary>A caller that has got a part of its answer, and leaves by resetting its connection.</summary>
public sealed partial class LeavingCaller : IDisposable
{
    private readonly RawConnection _connection;

    private LeavingCaller(RawConnection connection, string? generationId)
    {
        _connection = connection;
        GenerationId = generationId;
    }

    /// <summary>Its generation; null when it waited for no chunk.</summary>
    public string? GenerationId { get; }

    /// <summary>Asks with the master key and reads so many chunks; with none, until the provider has the request.</summary>
    public static async Task<LeavingCaller> AskAsync(
        World world, string model, int after, bool stream, CancellationToken cancellationToken)
    {
        var prompt = $"{model} {after} {Guid.CreateVersion7()}";
        var connection = await RawConnection.OpenAsync(world.Server.Address, cancellationToken);
        await connection.SendAsync(
            RawConnection.Post(World.MasterKey, ApiClient.Chat(model, stream, prompt: prompt)), cancellationToken);
        await Until.TrueAsync(
            () => world.Simulator.Log.Requests.Any(r => r.BodyText.Contains(prompt, StringComparison.Ordinal)), cancellationToken);
        var got = after == 0
            ? "" : await connection.ReadUntilAsync(text => Regex.Count(text, "\"content\":\"[^\"]") >= after, cancellationToken);
        return new LeavingCaller(connection, after == 0 ? null : Id().Match(got).Groups[1].Value);
    }

    /// <summary>Resets the connection.</summary>
    public void Leave() => _connection.Reset();

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    [GeneratedRegex("\"id\":\"(gen-[^\"]+)\"")]
    private static partial Regex Id();
}
