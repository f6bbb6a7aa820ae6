using Microsoft.Playwright;
using Patchbay.EndToEnd.Tests.Demo;
using Patchbay.Testing;

namespace Patchbay.EndToEnd.Tests.Browser;

/// <summary>Chromium in front of the console of a demo server.</summary>
public sealed class ConsoleBrowser : IAsyncLifetime
{
    private static readonly string[] Places =
        [Environment.GetEnvironmentVariable("CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string? Executable = Places.FirstOrDefault(File.Exists);

    private readonly DemoServer _demo = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The address of the server, without a slash at the end.</summary>
    public string Address => _demo.Server.Address.GetLeftPart(UriPartial.Authority);

    public string Key => _demo.Key;

    public ApiClient Api => _demo.Api;

    private static string Console => Path.Combine(Repository.Root, "console");

    private static string Axe => Path.Combine(Console, "node_modules", "axe-core", "axe.min.js");

    private static bool IsBuilt => File.Exists(Path.Combine(Console, "dist", "index.html")) && File.Exists(Axe);

    public async ValueTask InitializeAsync()
    {
        if (Executable is null || !IsBuilt)
        {
            return;
        }

        await _demo.InitializeAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
            _playwright?.Dispose();
            await _demo.DisposeAsync();
        }
    }

    /// <summary>A page in its own empty profile, which complains about everything that a page must not do.</summary>
    public async Task<WatchedPage> OpenAsync(ColorScheme scheme = ColorScheme.Light, int width = 1440)
    {
        Repository.SkipUnless(Executable is not null, "Chromium is needed to look at the console.");
        Repository.SkipUnless(IsBuilt, "The console is not built: it needs Node.js.");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = width, Height = width > 800 ? 1000 : 844 },
        });
        return await WatchedPage.CreateAsync(context, Address, Axe);
    }
}
