using System.Text;

namespace Patchbay.Billing.Tests;

public sealed class WebhookSignatureTests
{
    private const string Secret = "whsec_test";
    private const long Time = 1_700_000_000;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"id":"evt_1"}""");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Time);

    // Made with: printf '%s' '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
    private const string Known = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";

    [Fact]
    public void The_signature_is_that_of_any_other_implementation()
    {
        Assert.Equal(Known, WebhookSignature.Sign($"{Time}.", Body, Secret));
        Assert.Null(WebhookSignature.RefuseStripe($"t={Time},v1={Known},v0=00", Body, [Secret], Now));
    }

    [Theory]
    [InlineData(-300, true)]
    [InlineData(300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_message_counts_for_300_seconds_in_either_direction(int seconds, bool good)
    {
        var refusal = WebhookSignature.RefuseStripe($"t={Time},v1={Known}", Body, [Secret], Now.AddSeconds(seconds));

        Assert.Equal(good, refusal is null);
    }

    [Fact]
    public void Any_of_several_secrets_and_signatures_is_enough()
    {
        var other = WebhookSignature.Sign($"{Time}.", Body, "other");

        Assert.Null(WebhookSignature.RefuseStripe($"t={Time},v1={other},v1={Known}", Body, ["old", Secret], Now));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v1=" + Known)]
    [InlineData("t=1700000000")]
    [InlineData("t=1700000000,v1=")]
    [InlineData("t=1700000000,v1=zz")]
    [InlineData("t=1700000001,v1=" + Known)]
    [InlineData("t=-1700000000,v1=" + Known)]
    [InlineData("t=99999999999999999999,v1=" + Known)]
    [InlineData("t=1700000000,v0=" + Known)]
    public void Anything_else_is_refused(string? header)
    {
        Assert.NotNull(WebhookSignature.RefuseStripe(header, Body, [Secret], Now));
    }

    [Fact]
    public void No_secret_and_an_empty_secret_believe_nothing()
    {
        var forged = WebhookSignature.Sign($"{Time}.", Body, "");

        Assert.NotNull(WebhookSignature.RefuseStripe($"t={Time},v1={forged}", Body, [], Now));
        Assert.NotNull(WebhookSignature.RefuseStripe($"t={Time},v1={forged}", Body, [""], Now));
    }

    [Fact]
    public void Coinbase_may_sign_the_body_alone_or_headers_with_it()
    {
        var alone = WebhookSignature.Sign($"{Time}.", Body, Secret);
        var withHeaders = WebhookSignature.Sign($"{Time}.content-type x-id.application/json.7.", Body, Secret);
        string Header(string name) => name == "x-id" ? "7" : "application/json";

        Assert.Null(WebhookSignature.RefuseCoinbase($"t={Time},v0={alone}", Body, [Secret], Now, Header));
        Assert.Null(WebhookSignature.RefuseCoinbase($"t={Time},h=content-type x-id,v1={withHeaders}", Body, [Secret], Now, Header));
        Assert.NotNull(WebhookSignature.RefuseCoinbase($"t={Time},h=content-type,v1={withHeaders}", Body, [Secret], Now, Header));
        Assert.NotNull(WebhookSignature.RefuseCoinbase($"t={Time},h=content-type x-id,v1={withHeaders}", Body, [Secret], Now, _ => ""));
        Assert.NotNull(WebhookSignature.RefuseCoinbase(null, Body, [Secret], Now, Header));
    }
}
