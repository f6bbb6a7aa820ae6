using System.Text.Json;

namespace Patchbay.Protocol;

/// <summary>What must be known of a chunk's beginning, up to the value of <c>choices</c>, to skip it when the next chunk
/// begins with the same bytes.</summary>
/// <param name="Length">How many bytes it has.</param>
/// <param name="State">The JSON reader's state behind it.</param>
/// <param name="Members">How many members stand before <c>choices</c>.</param>
/// <param name="HasId"><c>id</c> is among them.</param>
/// <param name="HasModel"><c>model</c> is among them.</param>
/// <param name="HasExtras">A member that callers may want is among them.</param>
internal readonly record struct ChatPrefix(
    int Length, JsonReaderState State, int Members, bool HasId, bool HasModel, bool HasExtras);
