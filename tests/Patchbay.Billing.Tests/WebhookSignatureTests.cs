using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
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

    [Fact]
    public void Whichever_byte_is_the_first_wrong_one_the_message_is_refused_and_the_time_does_not_tell()
    {
        const int Rounds = 40;
        const int Calls = 50;
        var headers = Enumerable.Range(0, 32).Select(HeaderWithWrongByte).ToArray();
        var ticks = new long[Rounds, headers.Length];
        var accepted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            for (var position = 0; position < headers.Length; position++)
            {
                var start = Stopwatch.GetTimestamp();
                for (var call = 0; call < Calls; call++)
                {
                    accepted += WebhookSignature.RefuseStripe(headers[position], Body, [Secret], Now) is null ? 1 : 0;
                }

                ticks[round, position] = Stopwatch.GetTimestamp() - start;
            }
        }

        // Medians, since the machine does other things too. Printed, not asserted.
        var medians = Enumerable.Range(0, headers.Length)
            .Select(position => Enumerable.Range(0, Rounds).Select(round => ticks[round, position]).Order().ElementAt(Rounds / 2))
            .ToArray();
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Time to refuse, last byte wrong / first byte wrong: {(double)medians[31] / medians[0]:0.000}; "
            + $"slowest / fastest of 32 positions: {(double)medians.Max() / medians.Min():0.000}"));
        Assert.Equal(0, accepted);
    }

    [Fact]
    public void Signatures_are_compared_by_the_platforms_comparison_of_constant_time_and_by_no_other()
    {
        var method = typeof(WebhookSignature).GetMethod("Refuse", BindingFlags.NonPublic | BindingFlags.Static)!;

        var called = CallsOf(method).Select(callee => $"{callee.DeclaringType!.Name}.{callee.Name}").ToArray();

        Assert.Single(called, $"{nameof(CryptographicOperations)}.{nameof(CryptographicOperations.FixedTimeEquals)}");
        Assert.DoesNotContain(called, name =>
            name.EndsWith("SequenceEqual", StringComparison.Ordinal) || name.EndsWith(".Equals", StringComparison.Ordinal)
            || name.EndsWith(".op_Equality", StringComparison.Ordinal) || name.EndsWith("Compare", StringComparison.Ordinal));
    }

    private static string HeaderWithWrongByte(int position)
    {
        var signature = Convert.FromHexString(Known);
        signature[position] ^= 0x5a;
        return $"t={Time},v1={Convert.ToHexStringLower(signature)}";
    }

    // Every call's operation is one byte and the method's token.
    private static IEnumerable<MethodBase> CallsOf(MethodInfo method)
    {
        var code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (var at = 0; at + 4 < code.Length; at++)
        {
            if (code[at] == OpCodes.Call.Value || code[at] == OpCodes.Callvirt.Value)
            {
                MethodBase? callee = null;
                try
                {
                    callee = method.Module.ResolveMethod(BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at + 1)));
                }
                catch (ArgumentException)
                {
                    // These bytes are part of something else.
                }

                if (callee is not null)
                {
                    yield return callee;
                }
            }
        }
    }
}
