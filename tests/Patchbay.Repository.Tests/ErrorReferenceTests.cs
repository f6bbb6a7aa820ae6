using Patchbay.Core;

namespace Patchbay.Repository.Tests;

public sealed class ErrorReferenceTests
{
    private const string Page = "docs/errors.md";

    [Fact]
    public void The_page_of_errors_is_what_the_table_says()
    {
        var expected = ErrorReference.Write();
        var path = Path.Combine(Repository.Root, Page);
        if (Environment.GetEnvironmentVariable("PATCHBAY_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        var actual = File.Exists(path) ? File.ReadAllText(path) : "";

        Assert.True(
            expected == actual,
            $"{Page} differs from GatewayErrorPolicy. Run this test with PATCHBAY_UPDATE_DOCS=1 to write it again.");
    }

    [Fact]
    public void Every_kind_of_error_is_explained()
    {
        var text = ErrorReference.Write();
        foreach (var kind in Enum.GetValues<GatewayErrorKind>())
        {
            Assert.Contains($"| `{GatewayErrorPolicy.For(kind).Code}` |", text);
            Assert.NotEmpty(ErrorReference.Summary(kind));
        }
    }

    [Fact]
    public void Every_code_stands_for_one_kind()
    {
        var codes = Enum.GetValues<GatewayErrorKind>().Select(kind => GatewayErrorPolicy.For(kind).Code).ToList();

        Assert.Equal(codes.Count, codes.Distinct(StringComparer.Ordinal).Count());
    }
}
