using System.Text;
using Patchbay.Identity;

namespace Patchbay.Server;

/// <summary>Where the key-encryption keys of tenants' secrets come from: PATCHBAY_ENCRYPTION_KEY, or else a file in the data
/// folder that only its owner can read.</summary>
/// <param name="given">The variable's value; null when it is not set.</param>
/// <param name="dataFolder">The folder of the file.</param>
internal sealed class EncryptionKeys(string? given, string dataFolder)
{
    /// <summary>The name of the variable.</summary>
    public const string Variable = "PATCHBAY_ENCRYPTION_KEY";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.Combine(dataFolder, "encryption.key");

    /// <summary>Whether the keys are in the file, and not given by the variable.</summary>
    public bool AreInFile => given is null;

    /// <summary>The file.</summary>
    public string FilePath => _path;

    /// <summary>Whether there is anything to read.</summary>
    public bool Exist => given is not null || File.Exists(_path);

    /// <summary>Makes a first key when there is none.</summary>
    public void Ensure()
    {
        if (!Exist)
        {
            Write([KeyRing.CreateKey()]);
        }
    }

    /// <summary>Reads the keys anew.</summary>
    /// <exception cref="InvalidDataException">They are not in their form.</exception>
    public KeyRing Read() => KeyRing.TryParse(given ?? File.ReadAllText(_path))
        ?? throw new InvalidDataException(
            $"{(given is null ? _path : Variable)} must hold keys of 32 bytes, in base64 or as 64 hexadecimal digits, separated by commas or line ends. Make one with: openssl rand -base64 32");

    /// <summary>Puts a new key in front of the newest one of the file; older ones are dropped.</summary>
    public void Add() => Write([
        KeyRing.CreateKey(), File.ReadAllText(_path).Split([',', '\n', '\r', ' '], StringSplitOptions.RemoveEmptyEntries)[0]]);

    /// <summary>Names the place only.</summary>
    public override string ToString() => given is null ? _path : Variable;

    private void Write(IReadOnlyList<string> keys)
    {
        var draft = _path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(draft, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(string.Join('\n', keys) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, _path, overwrite: true);
    }
}
