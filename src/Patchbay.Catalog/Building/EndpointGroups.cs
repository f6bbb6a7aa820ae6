namespace Patchbay.Catalog;

/// <summary>The endpoints of each model; they stand together in the data.</summary>
internal sealed class EndpointGroups
{
    private readonly EndpointRecord[] _all;
    private readonly Dictionary<string, (int Start, int End)> _ranges = new(1100, StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The endpoints of a model are scattered.</exception>
    public EndpointGroups(EndpointRecord[] all)
    {
        _all = all;
        for (var i = 0; i < all.Length;)
        {
            var start = i;
            var model = all[i].Model;
            while (i < all.Length && all[i].Model == model)
            {
                i++;
            }

            if (!_ranges.TryAdd(model, (start, i)))
            {
                throw new InvalidDataException($"The endpoints of {model} do not stand together in the catalogue data.");
            }
        }
    }

    public ReadOnlySpan<EndpointRecord> Of(string model) =>
        _ranges.TryGetValue(model, out var range) ? _all.AsSpan(range.Start, range.End - range.Start) : default;
}
