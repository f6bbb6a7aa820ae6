using Patchbay.Core;

namespace Patchbay.Catalog;

/// <summary>A price of a unit that <see cref="PriceList"/> does not have, as the provider publishes it. Nothing is charged
/// by it yet.</summary>
/// <param name="Name">The unit and, after slashes, its form: <c>batch_prompt</c>, <c>second_input</c>, <c>character_input</c>,
/// <c>page</c>, <c>pixel_output/hd/1024x1024</c>.</param>
/// <param name="Price">Dollars per unit.</param>
public sealed record NamedPrice(string Name, UnitPrice Price);
