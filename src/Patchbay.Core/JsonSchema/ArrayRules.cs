using System.Text.Json;

namespace Patchbay.Core;

/// <summary>The keywords for arrays.</summary>
internal sealed class ArrayRules
{
    /// <summary><c>items</c> for all items.</summary>
    public SchemaNode? Items { get; set; }

    /// <summary><c>items</c> for the first ones, each its own.</summary>
    public SchemaNode[]? First { get; set; }

    /// <summary><c>additionalItems</c>, which counts only beside <see cref="First"/>.</summary>
    public SchemaNode? Rest { get; set; }

    public SchemaNode? Contains { get; set; }

    public long? Least { get; set; }

    public long? Most { get; set; }

    public bool AreUnique { get; set; }

    public bool Allow(JsonElement array, ref SchemaEvaluation evaluation)
    {
        var length = array.GetArrayLength();
        if (length < Least || length > Most || (AreUnique && !JsonValues.AreUnique(array, ref evaluation)))
        {
            return false;
        }

        if (Items is null && First is null && Contains is null)
        {
            return true;
        }

        var index = 0;
        var contains = Contains is null;
        foreach (var item in array.EnumerateArray())
        {
            var schema = First is null ? Items : index < First.Length ? First[index] : Rest;
            if (schema is not null && !schema.IsValid(item, ref evaluation))
            {
                return false;
            }

            contains = contains || Contains!.IsValid(item, ref evaluation);
            index++;
        }

        return contains;
    }
}
