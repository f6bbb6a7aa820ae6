using System.Text.Json.Nodes;
using Patchbay.Core;

namespace Patchbay.Protocol.Tests.Matrix;

internal abstract partial class DialectRow
{
    /// <summary>The whole request is as expected, and the answer says <see cref="CanonicalChat.Said"/>.</summary>
    protected Cell Says(string page, string request, string whole) => Cell.Can(page, () =>
    {
        Heard.AssertJson(request, Write(CanonicalChat.Text).Body);
        var heard = Hear(whole);
        Assert.Equal((CanonicalChat.Said, "stop", 0), (heard.Text, heard.Finish, heard.Calls.Count));
    });

    /// <summary>A stream is asked for where the body says it, and comes in pieces.</summary>
    protected Cell Streams(string page, (string Path, string Json)? asked, (string, string)[] events) => Cell.Can(page, () =>
    {
        var body = Write(CanonicalChat.Stream).Body;
        if (asked is { } member)
        {
            AssertAt(body, [member]);
        }
        else
        {
            Assert.Null(body["stream"]);
        }

        var heard = Hear(events);
        Assert.Equal((CanonicalChat.Said, "stop", End), (heard.Text, heard.Finish, heard.Result));
        Assert.True(heard.Pieces.Text > 1);
    });

    /// <summary>Functions, the demand for a call, a call and its result are written; a call is read.</summary>
    protected Cell Calls(string page, (string, string)[] request, string whole, (string, string)[] events) => Cell.Can(page, () =>
    {
        var (body, told) = Write(CanonicalChat.Tools);
        AssertAt(body, request);
        Assert.Equal(Parameters.None, told.Dropped & Parameters.Tools);
        foreach (var heard in (Heard[])[Hear(whole), Hear(events)])
        {
            AssertCalls(heard, "Oslo");
        }
    });

    /// <summary>Several calls and results of one turn are written and read, each with its own id.</summary>
    protected Cell CallsTwice(string page, (string, string)[] request, string whole, (string, string)[] events) => Cell.Can(page, () =>
    {
        AssertAt(Write(CanonicalChat.ParallelTools).Body, request);
        foreach (var heard in (Heard[])[Hear(whole), Hear(events)])
        {
            AssertCalls(heard, "Oslo", "Bergen");
        }
    });

    /// <summary>Arguments come piece by piece as the provider sends them.</summary>
    protected Cell CallsInPieces(string page, (string, string)[] events) => Cell.Can(page, () =>
    {
        var heard = Hear(events);
        AssertCalls(heard, "Oslo");
        Assert.True(heard.Pieces.Arguments > 1);
        Assert.Equal(End, heard.Result);
    });

    /// <summary>A schema is sent natively; where the endpoint has none, or not beside tools, a forced call takes its place (NAME
    /// is the call's).</summary>
    protected Cell Structures(string page, (string, string)[] request, string whole, string? emulation) => Cell.Can(page, () =>
    {
        var (body, told) = Write(CanonicalChat.StructuredOutput);
        AssertAt(body, request);
        Assert.Equal((Parameters.None, Parameters.None), (told.Dropped, told.Emulated));
        AssertPlace(Hear(whole, told));
        if (emulation is not null)
        {
            (_, told) = Write(CanonicalChat.StructuredOutputWithTools, Parameters.StructuredOutputs);
            Assert.True(told.Emulated.HasFlag(Parameters.StructuredOutputs));
            AssertPlace(Hear(emulation.Replace("NAME", told.AnswerTool, StringComparison.Ordinal), told));
        }
    });

    /// <summary>Reasoning is heard in both forms of an answer, and goes back into the next request as it came.</summary>
    protected Cell Replays(string page, string thoughts, (string, string)[] events, string whole, params (string, string)[] request) => Cell.Can(page, () =>
    {
        foreach (var heard in (Heard[])[Hear(whole), Hear(events)])
        {
            Assert.Equal(thoughts, heard.Reasoning);
            AssertAt(Write(CanonicalChat.Replay(heard)).Body, request);
        }
    });

    protected Cell Shows(string page, string path, string json) => Carries(page, CanonicalChat.WithImage, path, json);

    protected Cell Attaches(string page, string path, string json) => Carries(page, CanonicalChat.WithPdf, path, json);

    /// <summary>The API has no place for a PDF: the request is not sent there, which the report says.</summary>
    protected Cell CannotAttach(string page, string reason) => Cell.Cannot(page, reason, () =>
        Assert.Equal(Modalities.File, Write(CanonicalChat.WithPdf).Request.Unsayable));

    /// <summary>Of a prompt of 100 tokens, cached parts are told apart; where the caller says what to cache, that is sent.
    /// </summary>
    protected Cell Caches(string page, string whole, (string, string)[] events, long read, long written, params (string, string)[] request) => Cell.Can(page, () =>
    {
        foreach (var usage in (Core.Usage[])[Hear(whole).Usage, Hear(events).Usage])
        {
            Assert.Equal((100, read, written), (usage.PromptTokens, usage.CacheRead, usage.CacheWrite ?? 0));
            Assert.Equal(100 - read - written, usage.UncachedInput);
        }

        if (request.Length > 0)
        {
            AssertAt(Write(CanonicalChat.WithCache).Body, request);
        }
    });

    /// <summary>Every reason that is documented has its public word, and is kept.</summary>
    protected Cell Stops(string page, Func<string, string> whole, Func<string, (string, string)[]> events, params (string Native, string Finish)[] reasons) => Cell.Can(page, () =>
    {
        Assert.True(reasons.Length > 1);
        foreach (var (native, finish) in reasons)
        {
            foreach (var heard in (Heard[])[Hear(whole(native)), Hear(events(native))])
            {
                Assert.Equal((native, finish), (native, heard.Finish));
                Assert.Equal(native, heard.Native);
            }
        }
    });

    /// <summary>An answer that was refused says so, in the refusal's words where the API has them.</summary>
    protected Cell Refuses(string page, string words, string finish, string whole, (string, string)[] events) => Cell.Can(page, () =>
    {
        foreach (var heard in (Heard[])[Hear(whole), Hear(events)])
        {
            Assert.Equal((words, finish), (heard.Refusal, heard.Finish));
        }
    });

    /// <summary>Errors have their kinds: at least a refused request, a wrong key, a limit, an overload and a failure.</summary>
    protected Cell Fails(string page, params (int Status, string Body, string? Name, GatewayErrorKind Kind)[] errors) => Cell.Can(page, () =>
    {
        GatewayErrorKind[] classes = [GatewayErrorKind.ProviderRejected, GatewayErrorKind.ProviderAuth, GatewayErrorKind.ProviderRateLimited, GatewayErrorKind.ProviderOverloaded, GatewayErrorKind.ProviderError];
        Assert.Empty(classes.Except(errors.Select(error => error.Kind)));
        foreach (var (status, body, name, kind) in errors)
        {
            Assert.Equal((status, body, kind), (status, body, KindOf(body, status, name)));
        }
    });

    /// <summary>100 tokens in, 40 out, of which so many are reasoning.</summary>
    protected Cell Counts(string page, string whole, (string, string)[] events, long? reasoning) => Cell.Can(page, () =>
    {
        foreach (var usage in (Core.Usage[])[Hear(whole).Usage, Hear(events).Usage])
        {
            Assert.Equal((100, 40, 140, reasoning), (usage.PromptTokens, usage.CompletionTokens, usage.TotalTokens, usage.Reasoning));
        }
    });

    private static void AssertCalls(Heard heard, params string[] cities)
    {
        Assert.Equal(cities.Select(_ => CanonicalChat.Function), heard.Calls.Values.Select(call => call.Name));
        Assert.Equal(cities, heard.Calls.Values.Select(call => (string?)JsonNode.Parse(call.Arguments)!["city"]));
        Assert.Equal(cities.Length, heard.Calls.Values.Select(call => call.Id).Where(id => id.Length > 0).Distinct().Count());
        Assert.Equal("tool_calls", heard.Finish);
    }

    private static void AssertPlace(Heard heard)
    {
        Heard.AssertJson("""{"city":"Oslo"}""", JsonNode.Parse(heard.Text));
        Assert.Equal(("stop", 0), (heard.Finish, heard.Calls.Count));
    }

    private Cell Carries(string page, string chat, string path, string json) => Cell.Can(page, () =>
    {
        var (body, told) = Write(chat);
        AssertAt(body, [(path, json)]);
        Assert.Equal(Modalities.None, told.Unsayable);
    });
}
