using System.Text;
using Patchbay.Identity;

namespace Patchbay.Server;

/// <summary>A key that is kept in a file which only its owner can read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Key">The key itself. A secret.</param>
/// <param name="IsNew">Whether it was made just now.</param>
internal sealed record KeyFile(string Path, string Key, bool IsNew)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the key, or makes one when there is no file yet.</summary>
    /// <exception cref="InvalidDataException">The file holds no key.</exception>
    public static KeyFile Ensure(string path)
    {
        if (TryRead(path) is { } known)
        {
            return new KeyFile(path, known, IsNew: false);
        }

        var key = ApiKeyFormat.Create();
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(key + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path);
        return new KeyFile(path, key, IsNew: true);
    }

    /// <summary>Names the path only.</summary>
    public override string ToString() => Path;

    private static string? TryRead(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var key = File.ReadAllText(path).Trim();
        return key.Length is >= 16 and <= Api.MasterKey.LongestLength
            ? key
            : throw new InvalidDataException($"{path} holds no key (16 to 256 characters). Delete it to have a new one made.");
    }
}
