using System.Net;
using Patchbay.Core;
using Patchbay.Protocol;

namespace Patchbay.Providers.Tests;

public sealed class UpstreamTests
{
    private static readonly ProviderDescriptor Acme = new()
    {
        Slug = "acme",
        Name = "Acme",
        BaseUrl = new Uri("http://127.0.0.1:1/v1/"),
        ApiKey = "acme-secret-1234",
    };

    [Theory]
    [InlineData(429, null, GatewayErrorKind.ProviderRateLimited)]
    [InlineData(429, "insufficient_quota", GatewayErrorKind.ProviderAuth)]
    [InlineData(401, null, GatewayErrorKind.ProviderAuth)]
    [InlineData(402, null, GatewayErrorKind.ProviderAuth)]
    [InlineData(403, null, GatewayErrorKind.ProviderAuth)]
    [InlineData(400, null, GatewayErrorKind.ProviderRejected)]
    [InlineData(404, null, GatewayErrorKind.ProviderRejected)]
    [InlineData(422, null, GatewayErrorKind.ProviderRejected)]
    [InlineData(500, null, GatewayErrorKind.ProviderError)]
    [InlineData(503, null, GatewayErrorKind.ProviderError)]
    [InlineData(529, null, GatewayErrorKind.ProviderOverloaded)]
    [InlineData(302, null, GatewayErrorKind.ProviderMalformed)]
    public void A_status_means_one_kind_of_error(int status, string? code, GatewayErrorKind expected)
    {
        Assert.Equal(expected, new OpenAiCompatibleProvider(Acme).Classify(status, code, null));
    }

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("-3", 0.0)]
    [InlineData("99999", 300.0)]
    [InlineData("NaN", null)]
    [InlineData("soon", null)]
    public void A_wait_in_seconds_is_read_and_bounded(string value, double? seconds)
    {
        Assert.Equal(
            seconds is { } expected ? TimeSpan.FromSeconds(expected) : null,
            RetryAfterHeader.Read(Headers("Retry-After", value), TimeProvider.System));
    }

    [Fact]
    public void A_wait_in_milliseconds_wins_and_a_date_counts_from_now()
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Retry-After", "9");
        response.Headers.TryAddWithoutValidation("retry-after-ms", "1500");

        Assert.Equal(TimeSpan.FromMilliseconds(1500), RetryAfterHeader.Read(response.Headers, TimeProvider.System));

        var date = DateTimeOffset.UtcNow.AddSeconds(60).ToString("r", System.Globalization.CultureInfo.InvariantCulture);
        var wait = RetryAfterHeader.Read(Headers("Retry-After", date), TimeProvider.System);
        Assert.InRange(wait!.Value.TotalSeconds, 50, 61);
    }

    [Theory]
    [InlineData("Incorrect API key provided: sk-proj-abcdefghijkl.", "sk-proj-abcdefghijkl")]
    [InlineData("Key acme-secret-1234 is not allowed", "acme-secret-1234")]
    [InlineData("see https://internal.example/path?token=1", "internal.example")]
    [InlineData("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop")]
    [InlineData("API key not valid: AIzaSyA1234567890abcdefghijklmnopqrstu", "AIzaSyA")]
    [InlineData("token ya29.a0AfH6SMBx-y_z is expired", "a0AfH6SMBx")]
    [InlineData("The key AKIAIOSFODNN7EXAMPLE is not active", "AKIAIOSFODNN7EXAMPLE")]
    [InlineData("Canonical: host:b\\nx-amz-security-token:IQoJb3JpZ2luX2Vj/+AB==\\n", "IQoJb3JpZ2luX2Vj")]
    public void A_providers_words_are_shown_without_keys_and_addresses(string text, string secret)
    {
        Assert.DoesNotContain(secret, ErrorText.Redact(text, Acme.ApiKey), StringComparison.Ordinal);
    }

    [Fact]
    public void A_providers_words_are_cut_to_a_bounded_length()
    {
        Assert.Equal(ErrorText.MaxLength + 1, ErrorText.Redact(new string('x', 100_000), null).Length);
    }

    [Fact]
    public void A_descriptor_does_not_print_its_secret()
    {
        Assert.DoesNotContain(Acme.ApiKey!, Acme.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_is_cancelled_when_its_deadline_passes_and_not_while_it_is_paused()
    {
        using var watch = new DeadlineWatch();
        using var invoker = new UpstreamInvoker(new UpstreamLimits(), watch);
        using var call = invoker.CreateCall();

        call.Expect(TimeSpan.FromMilliseconds(1));
        call.Pause();
        await Task.Delay(DeadlineWatch.Resolution * 3, TestContext.Current.CancellationToken);
        Assert.False(call.TimedOut);

        call.Expect(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Task.Delay(TimeSpan.FromSeconds(30), call.Token));
        Assert.True(call.TimedOut);
        Assert.Equal(GatewayErrorKind.ProviderTimeout, UpstreamFault.Classify(new OperationCanceledException(), call, false));
        Assert.Equal(GatewayErrorKind.ProviderStalled, UpstreamFault.Classify(new OperationCanceledException(), call, true));
    }

    [Fact]
    public void A_watch_forgets_what_ended()
    {
        using var watch = new DeadlineWatch();
        using var invoker = new UpstreamInvoker(new UpstreamLimits(), watch);
        var calls = Enumerable.Range(0, 100).Select(_ => invoker.CreateCall()).ToList();
        Assert.Equal(100, watch.Count);

        calls.ForEach(call => call.Dispose());

        Assert.Equal(0, watch.Count);
    }

    [Fact]
    public async Task A_port_without_a_listener_is_an_unreachable_provider()
    {
        using var watch = new DeadlineWatch();
        using var invoker = new UpstreamInvoker(new UpstreamLimits(), watch);
        using var call = invoker.CreateCall();
        var provider = new OpenAiCompatibleProvider(Acme);

        var exception = await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => invoker.SendAsync(call, provider, provider.ChatUri, "{}"u8.ToArray(), stream: false));

        Assert.Equal(GatewayErrorKind.ProviderUnreachable, UpstreamFault.Classify(exception, call, false));
    }

    private static System.Net.Http.Headers.HttpResponseHeaders Headers(string name, string value)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation(name, value);
        return response.Headers;
    }
}
