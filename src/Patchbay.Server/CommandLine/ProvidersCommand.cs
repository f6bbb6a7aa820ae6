using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Patchbay.Catalog;
using Patchbay.Core;
using Patchbay.Providers;

namespace Patchbay.Server;

/// <summary><c>patchbay providers discover</c>.</summary>
internal sealed class ProvidersCommand(CommonOptions common)
{
    private readonly Option<bool> _write = new("--write")
    {
        Description = "Add what is new to patchbay.yaml; comments and everything else in it stay",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write JSON instead of a table",
    };

    private readonly Option<int[]> _ports = new("--port")
    {
        Description = "Look at this port of this machine instead of those of catalog.local_ports; may be repeated",
        HelpName = "PORT",
    };

    /// <summary>The command and its subcommand.</summary>
    public Command Describe()
    {
        _ports.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>() is { } ports && ports.Any(port => port is < 1 or > 65_535))
            {
                result.AddError("--port takes a number from 1 to 65535.");
            }
        });
        var discover = new Command("discover",
            "Find Ollama, llama.cpp, LM Studio and vLLM on this machine and show their models; loads no model")
        {
            _write, _json, _ports,
        };
        discover.SetAction(DiscoverAsync);
        return new Command("providers", "Find providers on this machine") { discover };
    }

    private async Task<int> DiscoverAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var (reader, configuration) = await common.ReadAsync(parse);
        if (configuration is null)
        {
            return ExitCode.Configuration;
        }

        using var credentials = new CredentialContext();
        using var client = new ListClient(credentials, LocalDiscovery.Within, LocalDiscovery.MostBytes);
        IReadOnlyList<int> ports = parse.GetValue(_ports) is { Length: > 0 } given ? given : configuration.Settings.Catalog.LocalPorts;
        var found = await new LocalDiscovery(client).FindAsync(ports, cancellationToken);
        var offer = LocalOffer.Make(configuration.File, found.Servers);
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(_json))
        {
            await output.WriteLineAsync(Json(offer));
        }
        else
        {
            await output.WriteAsync(Table(found, offer, ports));
        }

        if (!parse.GetValue(_write))
        {
            if (!offer.IsEmpty && !parse.GetValue(_json))
            {
                await output.WriteLineAsync($"Add what is new to {configuration.FilePath} with: patchbay providers discover --write");
            }

            return ExitCode.Success;
        }

        return await WriteAsync(parse, reader, configuration, offer);
    }

    private static async Task<int> WriteAsync(ParseResult parse, ConfigurationReader reader, Configuration configuration, LocalOffer offer)
    {
        var error = parse.InvocationConfiguration.Error;
        if (offer.IsEmpty)
        {
            await error.WriteLineAsync("There is nothing to add.");
            return ExitCode.Success;
        }

        try
        {
            var path = Resolve(configuration.FilePath);
            var before = configuration.FileExists ? await File.ReadAllTextAsync(path, Encoding.UTF8) : "";
            var after = offer.AddTo(before, TimeProvider.System.GetUtcNow());
            if (after is null || !reader.Accepts(after))
            {
                await error.WriteLineAsync($"{configuration.FilePath} is written in a way that entries cannot be put into. Add these by hand:\n");
                await error.WriteAsync(offer.ToString());
                return ExitCode.Failure;
            }

            Replace(path, after, configuration.FileExists);
            await error.WriteLineAsync($"Added to {configuration.FilePath}. A running server takes it over within two seconds.");
            return ExitCode.Success;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
    }

    private static string Resolve(string path) =>
        File.Exists(path) && new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : path;

    /// <summary>The file as a whole, with the rights it had: it may hold keys.</summary>
    private static void Replace(string path, string text, bool exists)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = exists ? File.GetUnixFileMode(path) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var draft = path + ".new";
        File.Delete(draft);
        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    private static string Table(LocalFindings found, LocalOffer offer, IReadOnlyList<int> ports)
    {
        var text = new StringBuilder();
        foreach (var server in found.Servers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{server.Name}  {server.BaseUrl}\n");
            foreach (var model in offer.Models.Where(model => model.Server == server))
            {
                text.Append("  ").Append((model.Slug ?? model.Model.Id).PadRight(36)).Append("  ").Append(
                    model.Model.NotOffered is { } reason ? $"not offered: {reason}" : Facts(model)).Append('\n');
            }
        }

        foreach (var port in found.Unknown)
        {
            text.Append(CultureInfo.InvariantCulture, $"Port {port}: something else listens there.\n");
        }

        if (found.Servers.Count == 0)
        {
            text.Append("No model server was found at 127.0.0.1, port ").AppendJoin(", ", ports)
                .Append(". Start Ollama, llama.cpp's server, LM Studio or vLLM, or name another port with --port.\n");
        }

        return text.ToString();
    }

    private static string Facts(LocalOfferModel model)
    {
        var facts = new List<string> { model.IsNew ? "new" : "in patchbay.yaml" };
        facts.Add(model.Model.ContextLength is { } context
            ? string.Create(CultureInfo.InvariantCulture, $"context {context:N0}") : "context unknown");
        if (model.Model.Supported is { } supported && supported.HasFlag(Parameters.Tools))
        {
            facts.Add("tools");
        }

        if (model.Model.TakesImages)
        {
            facts.Add("images");
        }

        return string.Join(", ", facts);
    }

    private static string Json(LocalOffer offer)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var model in offer.Models)
            {
                json.WriteStartObject();
                json.WriteString("server", model.Server.Name);
                json.WriteString("base_url", model.Server.BaseUrl);
                json.WriteString("id", model.Model.Id);
                json.WriteString("slug", model.Slug);
                json.WriteBoolean("new", model.IsNew);
                if (model.Model.ContextLength is { } context)
                {
                    json.WriteNumber("context_length", context);
                }

                json.WriteString("not_offered", model.Model.NotOffered);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }
}
