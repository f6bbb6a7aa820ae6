namespace Patchbay.Core.Tests;

public sealed class GatewayErrorPolicyTests
{
    public static TheoryData<GatewayErrorKind> Kinds => [.. Enum.GetValues<GatewayErrorKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_has_a_row(GatewayErrorKind kind)
    {
        var row = GatewayErrorPolicy.For(kind);

        Assert.InRange(row.HttpStatus, 400, 599);
        Assert.Matches("^[a-z_]+$", row.Code);
        Assert.Matches("^[a-z_]+$", row.ErrorType);
    }

    [Fact]
    public void Codes_are_unique()
    {
        var codes = Enum.GetValues<GatewayErrorKind>().Select(kind => GatewayErrorPolicy.For(kind).Code).ToList();

        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Theory]
    [InlineData(GatewayErrorKind.ProviderAuth)]
    [InlineData(GatewayErrorKind.AuthUnavailable)]
    [InlineData(GatewayErrorKind.StorageUnavailable)]
    public void Trouble_that_is_not_the_callers_never_looks_like_a_bad_key_or_an_empty_account(GatewayErrorKind kind)
    {
        Assert.True(GatewayErrorPolicy.For(kind).HttpStatus >= 500);
    }
}
