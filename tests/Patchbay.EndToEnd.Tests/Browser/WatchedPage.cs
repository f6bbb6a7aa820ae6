using Microsoft.Playwright;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Browser;

/// <summary>A page whose errors, policy violations and requests to other hosts are written down.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly List<string> _complaints = [];
    private readonly string _address;
    private readonly string _axe;

    private WatchedPage(IPage page, string address, string axe)
    {
        Page = page;
        _address = address;
        _axe = axe;
    }

    public IPage Page { get; }

    public static async Task<WatchedPage> CreateAsync(IBrowserContext context, string address, string axe)
    {
        // Playwright's own scripts do not come from the page and are not bound by its policy.
        await context.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))");
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(30_000);
        var watched = new WatchedPage(page, address, axe);
        page.Console += (_, message) => watched.Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => watched.Complain(true, $"error: {error}");
        page.Request += (_, request) => watched.Complain(
            !request.Url.StartsWith(address + "/", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal),
            $"outside: {request.Url}");
        page.RequestFailed += (_, request) => watched.Complain(
            request.Failure != "net::ERR_ABORTED", $"failed: {request.Url} {request.Failure}");
        return watched;
    }

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(_address + path);
        await Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>Fails when anything was complained about so far.</summary>
    public void AssertClean()
    {
        lock (_complaints)
        {
            Assert.Empty(_complaints);
        }
    }

    /// <summary>Fails when the page is wider than the window.</summary>
    public async Task AssertFitsAsync(string name)
    {
        var excess = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
        Assert.True(excess <= 0, $"{name} is {excess} pixels wider than the window.");
    }

    /// <summary>Fails when axe finds something serious.</summary>
    public async Task AssertAccessibleAsync(string name)
    {
        await Page.EvaluateAsync($"(() => {{ {await File.ReadAllTextAsync(_axe)} }})()");
        var found = await Page.EvaluateAsync<string[]>(
            """
            async () => (await globalThis.axe.run()).violations
                .filter(({ impact }) => impact === "serious" || impact === "critical")
                .map(({ impact, id, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`)
            """);
        Assert.True(found.Length == 0, $"{name}: {string.Join('\n', found)}");
    }

    /// <summary>Saves a picture below <c>artifacts/screenshots</c>.</summary>
    public async Task PictureAsync(string name, bool whole = true)
    {
        // Let transitions end, so that colours and places are final.
        await Page.EvaluateAsync("Promise.all(document.getAnimations().filter(a => a.effect?.getComputedTiming().iterations !== Infinity).map(a => a.finished.catch(() => 0)))");
        var window = Page.ViewportSize!;
        if (whole)
        {
            // A window as high as the page, so that bars at its edges stand at the picture's edges.
            var height = await Page.EvaluateAsync<int>("document.documentElement.scrollHeight");
            await Page.SetViewportSizeAsync(window.Width, Math.Max(window.Height, height));
        }

        await Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Repository.Root, "artifacts", "screenshots", name + ".png"),
        });
        await Page.SetViewportSizeAsync(window.Width, window.Height);
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    private void Complain(bool wrong, string text)
    {
        if (wrong)
        {
            lock (_complaints)
            {
                _complaints.Add(text);
            }
        }
    }
}
