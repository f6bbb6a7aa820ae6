using System.Text;
using Patchbay.Identity;

namespace Patchbay.Server.Tests;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("patchbay-key").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_key_is_made_once_and_only_its_owner_can_read_it()
    {
        var path = Path.Combine(_folder, "master.key");

        var first = KeyFile.Ensure(path);
        var second = KeyFile.Ensure(path);

        Assert.True(first.IsNew);
        Assert.False(second.IsNew);
        Assert.Equal(first.Key, second.Key);
        Assert.True(ApiKeyFormat.IsWellFormed(Encoding.ASCII.GetBytes(first.Key)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void A_file_without_a_key_is_refused_with_advice()
    {
        var path = Path.Combine(_folder, "master.key");
        File.WriteAllText(path, "oops");

        var problem = Assert.Throws<InvalidDataException>(() => KeyFile.Ensure(path));

        Assert.Contains("Delete it", problem.Message, StringComparison.Ordinal);
    }
}
