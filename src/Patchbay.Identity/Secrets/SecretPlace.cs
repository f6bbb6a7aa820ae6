using System.Globalization;
using System.Text;

namespace Patchbay.Identity;

/// <summary>Where a secret belongs. It opens only there: a box that is moved to another row, organization or provider, or an
/// older one that is put back, does not.</summary>
/// <param name="OrganizationId">The organization.</param>
/// <param name="Provider">The provider's slug.</param>
/// <param name="RowId">The row.</param>
/// <param name="Version">Counts the secrets of the row.</param>
public readonly record struct SecretPlace(Guid OrganizationId, string Provider, Guid RowId, int Version)
{
    /// <summary>The place as bytes, for authentication.</summary>
    internal byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"patchbay:byok|{OrganizationId:N}|{Provider}|{RowId:N}|{Version}"));
}
