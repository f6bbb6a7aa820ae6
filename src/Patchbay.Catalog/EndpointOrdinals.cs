namespace Patchbay.Catalog;

/// <summary>Numbers endpoint ids from 0 upwards, once per process.</summary>
internal static class EndpointOrdinals
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, int> Known = new(4096, StringComparer.Ordinal);

    /// <summary>The number of this id; a new one when the id was never seen.</summary>
    public static int For(string id)
    {
        lock (Gate)
        {
            if (!Known.TryGetValue(id, out var ordinal))
            {
                ordinal = Known.Count;
                Known.Add(id, ordinal);
            }

            return ordinal;
        }
    }
}
