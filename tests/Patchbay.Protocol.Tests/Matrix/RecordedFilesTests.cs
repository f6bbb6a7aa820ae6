namespace Patchbay.Protocol.Tests.Matrix;

/// <summary>All recordings of real providers, none left out.</summary>
public sealed class RecordedFilesTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files => Recordings.Folder is null ? ["missing"] : [.. Names()];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_recording_is_read_by_its_dialect_or_belongs_to_another_surface(string name)
    {
        Recordings.Require();
        var claim = RecordedFiles.Of(name);

        Assert.NotNull(claim);
        Assert.True(claim.Check is not null || claim.Owner.StartsWith("surface: ", StringComparison.Ordinal));
        claim.Check?.Invoke(name);
    }

    [Fact]
    public void Every_recording_is_claimed()
    {
        Recordings.Require();
        var claims = Names().Select(name => (Name: name, RecordedFiles.Of(name)?.Owner)).ToList();
        foreach (var group in claims.GroupBy(claim => claim.Owner ?? "nobody").OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{group.Key,-32}{group.Count(),4}");
        }

        var read = claims.Count(claim => claim.Owner?.StartsWith("surface: ", StringComparison.Ordinal) == false);
        output.WriteLine($"{claims.Count} recordings: {read} read by a dialect and checked, {claims.Count - read} of other surfaces or of nobody.");
        Assert.DoesNotContain(claims, claim => claim.Owner is null);
        Assert.True(read > 0);
    }

    private static IEnumerable<string> Names() => Directory.GetFiles(Recordings.Folder!, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Recordings.Folder!, path).Replace('\\', '/'))
        .Where(name => name != "README.md").Order(StringComparer.Ordinal);
}
