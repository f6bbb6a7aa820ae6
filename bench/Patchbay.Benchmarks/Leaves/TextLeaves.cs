using Patchbay.Core;

namespace Patchbay.Benchmarks;

/// <summary>Counting tokens.</summary>
internal static class TextLeaves
{
    public static Action CountTokens()
    {
        var text = TokenizerTexts.Mixed(4 * 1024);
        return () =>
        {
            if (O200kTokenizer.Count(text) == 0)
            {
                throw new InvalidOperationException("No tokens.");
            }
        };
    }
}
