using System.Text;
using Patchbay.Core;

namespace Patchbay.Catalog.Tests;

public sealed class LocalAnswersTests
{
    private const string Address = "http://127.0.0.1:9/v1";

    // Forms of the servers' own documentation: see LocalAnswers for the pages.
    private static readonly byte[] LlamaCpp = Bytes("""
        {"object":"list","data":[{"id":"../models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf","object":"model","created":1735142223,
          "owned_by":"llamacpp","meta":{"vocab_type":2,"n_vocab":128256,"n_ctx_train":131072,"size":4912898304}}]}
        """);

    private static readonly byte[] Vllm = Bytes("""
        {"object":"list","data":[{"id":"NousResearch/Meta-Llama-3-8B-Instruct","object":"model","owned_by":"vllm",
          "root":"NousResearch/Meta-Llama-3-8B-Instruct","parent":null,"max_model_len":8192}]}
        """);

    private static readonly byte[] LmStudio = Bytes("""
        {"object":"list","data":[
          {"id":"qwen2-vl-7b-instruct","object":"model","type":"vlm","publisher":"mlx-community","arch":"qwen2_vl",
           "compatibility_type":"mlx","quantization":"4bit","state":"not-loaded","max_context_length":32768},
          {"id":"text-embedding-nomic-embed-text-v1.5","object":"model","type":"embeddings","state":"not-loaded","max_context_length":2048}]}
        """);

    private static readonly byte[] Tags = Bytes("""
        {"models":[{"name":"llama3:latest","modified_at":"2023-12-07T09:32:18Z","size":3825819519,"digest":"fe938a131f40",
          "details":{"format":"gguf","family":"llama","parameter_size":"7B","quantization_level":"Q4_0"}},
          {"name":"gpt-oss:120b-cloud","digest":"ab12","remote_model":"gpt-oss:120b","remote_host":"https://ollama.com:443"}]}
        """);

    private static readonly byte[] OllamaList = Bytes("""{"object":"list","data":[{"id":"llama3:latest","object":"model","owned_by":"library"}]}""");

    [Fact]
    public void Each_server_is_told_by_its_own_answers_and_by_no_others()
    {
        Assert.True(LocalAnswers.IsLlamaCpp(Address, LlamaCpp, null, out _));
        Assert.True(LocalAnswers.IsVllm(Address, Vllm, out _));
        Assert.True(LocalAnswers.IsLmStudio(Address, LmStudio, out _));
        Assert.True(LocalAnswers.IsOllama(Address, Bytes("""{"version":"0.12.3"}"""), Tags, out _));

        Assert.All((byte[][])[Vllm, LmStudio, Tags, OllamaList, Bytes("<html>"), []], list => Assert.False(LocalAnswers.IsLlamaCpp(Address, list, null, out _)));
        Assert.All((byte[][])[LlamaCpp, LmStudio, Tags, OllamaList, Bytes("[]")], list => Assert.False(LocalAnswers.IsVllm(Address, list, out _)));
        Assert.All((byte[][])[LlamaCpp, Vllm, Tags, OllamaList, Bytes("7")], list => Assert.False(LocalAnswers.IsLmStudio(Address, list, out _)));

        // llama.cpp's server answers /api/tags too, and has no version.
        Assert.False(LocalAnswers.IsOllama(Address, null, Tags, out _));
        Assert.False(LocalAnswers.IsOllama(Address, Bytes("""{"version":"0.12.3"}"""), LlamaCpp, out _));
    }

    [Fact]
    public void Llama_cpp_says_its_context_and_what_its_template_can_do()
    {
        var props = Bytes("""{"default_generation_settings":{"n_ctx":4096},"modalities":{"vision":true},"chat_template_caps":{"supports_tools":true}}""");

        Assert.True(LocalAnswers.IsLlamaCpp(Address, LlamaCpp, props, out var server));
        var model = Assert.Single(server.Models);
        Assert.Equal((4096, true), (model.ContextLength, model.TakesImages));
        Assert.True(model.Supported!.Value.HasFlag(Parameters.Tools));
        Assert.True(LocalAnswers.IsLlamaCpp(Address, LlamaCpp, null, out var silent));
        Assert.Equal((131_072, (Parameters?)null), (silent.Models[0].ContextLength, silent.Models[0].Supported));
    }

    [Fact]
    public void What_is_not_for_chat_or_not_on_this_machine_is_not_offered()
    {
        Assert.True(LocalAnswers.IsLmStudio(Address, LmStudio, out var studio));
        Assert.Equal([true, false], studio.Models.Select(model => model.NotOffered is null));
        Assert.True(LocalAnswers.IsOllama(Address, Bytes("""{"version":"0.12.3"}"""), Tags, out var ollama));
        Assert.Contains("ollama.com", ollama.Models.Single(model => model.Id == "gpt-oss:120b-cloud").NotOffered, StringComparison.Ordinal);
        Assert.Contains("embeddings", LocalAnswers.Describe(new LocalModel("e"), Bytes("""{"capabilities":["embedding"]}""")).NotOffered, StringComparison.Ordinal);
    }

    [Fact]
    public void Ollama_says_context_and_capabilities_of_each_model()
    {
        var model = LocalAnswers.Describe(new LocalModel("llama3.2"), Bytes("""
            {"details":{"family":"llama"},"model_info":{"general.architecture":"llama","llama.context_length":131072},
             "capabilities":["completion","tools","vision"]}
            """));

        Assert.Equal((131_072, true, (string?)null), (model.ContextLength, model.TakesImages, model.NotOffered));
        Assert.True(model.Supported!.Value.HasFlag(Parameters.Tools));
        Assert.False(model.Supported.Value.HasFlag(Parameters.Reasoning));
        Assert.Equal(8192, LocalAnswers.Describe(new LocalModel("x"), Bytes(
            """{"parameters":"stop  \"<|eot|>\"\nnum_ctx                        8192","model_info":{"general.architecture":"llama","llama.context_length":131072}}""")).ContextLength);
        Assert.Null(LocalAnswers.Describe(new LocalModel("x"), Bytes("oops")).ContextLength);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
