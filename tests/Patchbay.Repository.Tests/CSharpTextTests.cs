namespace Patchbay.Repository.Tests;

public sealed class CSharpTextTests
{
    [Theory]
    [InlineData("a // \"b\"\nc", "a", "c")]
    [InlineData("a /* \"b\" */ c", "a", "c")]
    [InlineData("a 'x' c", "a", "c")]
    [InlineData("a '\"' c", "a", "c")]
    [InlineData("a '\\'' c", "a", "c")]
    public void Comments_and_characters_are_no_strings(string source, string first, string last)
    {
        var text = CSharpText.Of(source);

        Assert.Empty(text.Literals);
        Assert.StartsWith(first, text.Code);
        Assert.EndsWith(last, text.Code);
        Assert.Equal(source.Length, text.Code.Length);
    }

    [Theory]
    [InlineData("x = \"one\" + two;", "one")]
    [InlineData("x = \"one // two\"; y", "one // two")]
    [InlineData("x = @\"one\\\"; y", "one\\")]
    [InlineData("x = \"a\\\"b\"; y", "a\\\"b")]
    [InlineData("x = \"one\"u8; y", "one")]
    [InlineData("x = \"\"\"say \"hi\" \"\"\"; y", "say \"hi\" ")]
    [InlineData("x = $\"{{one}}\"; y", "{{one}}")]
    public void A_string_is_read_to_its_end(string source, string value)
    {
        var text = CSharpText.Of(source);

        Assert.Equal(value, Assert.Single(text.Literals).Value);
        Assert.DoesNotContain("one", text.Code);
        Assert.EndsWith(source[^2..], text.Code);
    }

    [Theory]
    [InlineData("x = $\"a{b[\"one\"]}c\"; y", "one")]
    [InlineData("x = $@\"a{b[\"one\"]}c\"; y", "one")]
    [InlineData("x = $$\"\"\"{\"k\":{{b[\"one\"]}}}\"\"\"; y", "one")]
    public void A_string_inside_an_interpolation_is_found(string source, string inner)
    {
        var text = CSharpText.Of(source);

        Assert.Contains(inner, text.Literals.Select(literal => literal.Value));
        Assert.EndsWith("; y", text.Code);
    }
}
