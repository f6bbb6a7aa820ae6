using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Patchbay.Testing;
using static Microsoft.Playwright.Assertions;

namespace Patchbay.EndToEnd.Tests.Browser;

/// <summary>The console in a real browser, served by the real server with its real policy.</summary>
public sealed partial class ConsoleTests(ConsoleBrowser browser) : IClassFixture<ConsoleBrowser>
{
    private const string Model = "demo/cedar-8b";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_address_of_the_start_message_signs_in_and_hides_the_key()
    {
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"/#key={browser.Key}");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Expect(page.GetByText("Demo.", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Latest generations")).ToBeVisibleAsync();
        Assert.DoesNotContain(browser.Key, page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Key, await page.InnerTextAsync("body"), StringComparison.Ordinal);
        watched.AssertClean();
    }

    [Fact]
    public async Task Try_it_streams_an_answer_and_shows_its_tokens_and_cost()
    {
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"/?model={Model}#key={browser.Key}");

        await page.GetByLabel("Message").FillAsync("Say something.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        // It grows while it runs.
        var answer = page.GetByRole(AriaRole.Region, new() { Name = "Answer" });
        await Expect(answer).ToHaveAttributeAsync("aria-busy", "true");
        await Expect(answer).Not.ToHaveTextAsync(Waiting());
        var early = (await answer.InnerTextAsync()).Length;
        await Expect(answer).ToHaveAttributeAsync("aria-busy", "false", new() { Timeout = 30_000 });
        var late = (await answer.InnerTextAsync()).Length;
        Assert.True(late > early, $"{early} characters, then {late}");

        var link = page.GetByRole(AriaRole.Link, new() { Name = "Generation", Exact = true });
        await Expect(link).ToBeVisibleAsync();
        var id = GenerationId().Match(await link.GetAttributeAsync("href") ?? "").Value;
        var generation = (await browser.Api.GetAsync($"/api/v1/generation?id={id}", Token)).Json.GetProperty("data");
        var tokens = generation.GetProperty("tokens_completion").GetInt32().ToString(CultureInfo.InvariantCulture);
        await Expect(page.GetByText($"→ {tokens}", new() { Exact = false }).First).ToBeVisibleAsync();
        await Expect(page.GetByText(generation.GetProperty("provider_name").GetString()!).First).ToBeVisibleAsync();
        Assert.True(generation.GetProperty("total_cost").GetDecimal() > 0);
        await Expect(page.Locator("p", new() { HasText = "Cost" }).First.Locator("xpath=following-sibling::p")).ToHaveTextAsync(Dollars());
        watched.AssertClean();
    }

    [Fact]
    public async Task Models_are_found_by_name_and_lead_to_their_page()
    {
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync("/models");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Demo: Atlas Large" }).First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search models" }).FillAsync("cedar-8");

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Demo: Atlas Large" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "Demo: Cedar 8B" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Cedar 8B");
        await Expect(page.GetByText("Ember (simulated)").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Drift (simulated)").First).ToBeVisibleAsync();
        watched.AssertClean();
    }

    [Fact]
    public async Task Generations_show_what_they_cost()
    {
        var stream = await browser.Api.StreamAsync(Model, Token, "\"max_tokens\":20,\"provider\":{\"only\":[\"ember\"]}");
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"/generations?id={stream.GenerationId}#key={browser.Key}");

        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByText(stream.GenerationId!)).ToBeVisibleAsync();
        await Expect(dialog.GetByText("Ember (simulated)").First).ToBeVisibleAsync();
        await Expect(dialog.GetByText(Dollars()).First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("$");
        watched.AssertClean();
    }

    [Fact]
    public async Task A_key_is_made_shown_once_and_works()
    {
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"/keys#key={browser.Key}");

        await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("From the browser");
        await page.GetByLabel("Limit in USD").FillAsync("1.50");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the key" }).ClickAsync();

        var shown = await page.GetByRole(AriaRole.Dialog).GetByText(KeyText()).First.InnerTextAsync();
        var key = KeyText().Match(shown).Value;
        using (var client = new ApiClient(new Uri(browser.Address), key))
        {
            Assert.Equal(200, (await client.ChatAsync(Model, Token, "\"max_tokens\":5")).Status);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();
        var row = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "From the browser" });
        await Expect(row).ToContainTextAsync("of $1.50");
        Assert.DoesNotContain(key, await page.InnerTextAsync("body"), StringComparison.Ordinal);

        await row.GetByRole(AriaRole.Button, new() { Name = "Delete From the browser" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        using var late = new ApiClient(new Uri(browser.Address), key);
        Assert.Equal(401, (await late.ChatAsync(Model, Token)).Status);
        watched.AssertClean();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1440, true)]
    [InlineData(ColorScheme.Light, 390, false)]
    [InlineData(ColorScheme.Dark, 1440, false)]
    [InlineData(ColorScheme.Dark, 390, true)]
    public async Task Every_screen_fits_is_accessible_and_stays_at_home(ColorScheme scheme, int width, bool audited)
    {
        // The audit is slow: each layout and each palette is audited once.
        await using var watched = await browser.OpenAsync(scheme, width);
        foreach (var (name, path, act) in Screens())
        {
            await watched.GoAsync(path);
            await act(watched.Page);
            var label = string.Create(CultureInfo.InvariantCulture, $"{name}-{scheme.ToString().ToLowerInvariant()}-{width}");
            await watched.PictureAsync(label, whole: name is not ("generation" or "key-new"));
            await watched.AssertFitsAsync(label);
            if (audited)
            {
                await watched.AssertAccessibleAsync(label);
            }
        }

        watched.AssertClean();
    }

    private IEnumerable<(string Name, string Path, Func<IPage, Task> Act)> Screens() =>
    [
        ("signed-out", "/", page => Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync()),
        ("overview", $"/?model={Model}#key={browser.Key}", async page =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Generation", Exact = true })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        }),
        ("models", "/models", page => Expect(page.GetByText("Demo: Cedar 8B").Filter(new() { Visible = true }).First).ToBeVisibleAsync()),
        ("models-none", "/models?q=nosuchmodel", page => Expect(page.GetByText("No model matches")).ToBeVisibleAsync()),
        ("model", $"/models/{Model}", page => Expect(page.GetByText("Ember (simulated)").Filter(new() { Visible = true }).First).ToBeVisibleAsync()),
        ("health", "/health-status", page => Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync()),
        ("generations", "/generations", page => Expect(page.Locator("a[href*='id=gen']").Filter(new() { Visible = true }).First).ToBeVisibleAsync()),
        ("generation", "/generations", async page =>
        {
            await page.Locator("a[href*='id=gen']").Filter(new() { Visible = true }).First.ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        }),
        ("keys", "/keys", page => Expect(page.GetByText("demo traffic").First).ToBeVisibleAsync()),
        ("key-new", "/keys", async page =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "New key" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        }),
    ];

    [GeneratedRegex("^(The answer appears|Waiting)")]
    private static partial Regex Waiting();

    [GeneratedRegex("gen-[0-9]+-[A-Za-z0-9]+")]
    private static partial Regex GenerationId();

    [GeneratedRegex(@"\$0\.0*[1-9]")]
    private static partial Regex Dollars();

    [GeneratedRegex("sk-pb-v1-[A-Za-z0-9]{20,}")]
    private static partial Regex KeyText();
}
