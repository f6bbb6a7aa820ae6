using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Patchbay.Storage;

/// <summary>One numbered step of the schema, as embedded in this program.</summary>
/// <param name="Version">Counts from 1 without a gap.</param>
/// <param name="Name">The file's name without number and ending.</param>
/// <param name="Sql">What is executed.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text in hexadecimal digits, whatever its line ends.</summary>
    public string Checksum { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The embedded steps of a database (<c>Sqlite</c> or <c>Postgres</c>) in order.</summary>
    public static IReadOnlyList<Migration> Embedded(string database)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = $"Migrations/{database}/";
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(folder, StringComparison.Ordinal))
            {
                continue;
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var file = Path.GetFileNameWithoutExtension(resource);
            var separator = file.IndexOf('_', StringComparison.Ordinal);
            var version = int.Parse(file.AsSpan(0, separator), CultureInfo.InvariantCulture);
            migrations.Add(new Migration(version, file[(separator + 1)..], reader.ReadToEnd()));
        }

        migrations.Sort((left, right) => left.Version.CompareTo(right.Version));
        return migrations;
    }
}
