using Patchbay.Catalog;

namespace Patchbay.Server.Tests;

public sealed class InvoiceTests
{
    public static TheoryData<string, string> Exports => new()
    {
        // OpenRouter, activity: a record for each generation.
        {
            "openrouter",
            """
            generation_id,created_at,cost_total,cost_web_search,tokens_prompt,tokens_completion,tokens_reasoning,model_permaslug,provider_name
            gen-1,2026-03-02T23:59:59Z,0.25,0,600,40,10,acme/one,Acme
            gen-2,2026-03-02 01:00:00,0.25,0,400,60,0,acme/one,Acme
            """
        },
        {
            "openrouter",
            """
            {"data":[{"date":"2026-03-02","model":"acme/one","model_permaslug":"acme/one","usage":0.5,"requests":2,
              "prompt_tokens":1000,"completion_tokens":100,"reasoning_tokens":10}]}
            """
        },
        // Anthropic, usage: input is told in four columns.
        {
            "anthropic",
            """
            usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count,inference_geo,speed
            2026-03-02,acme/one,"Key, with comma",Default,standard,≤ 200k,700,100,50,150,100,0,global,
            """
        },
        // Anthropic, cost: a record for each kind of token.
        {
            "anthropic",
            """
            usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type,inference_geo,speed
            2026-03-02,acme/one,Default,k,message,≤ 200k,input_no_cache,0.30,0.30,token,global,
            2026-03-02,acme/one,Default,k,message,≤ 200k,output,0.20,0.20,token,global,
            """
        },
        {
            "anthropic",
            """
            {"data":[{"starting_at":"2026-03-02T00:00:00Z","ending_at":"2026-03-03T00:00:00Z","results":[{"model":"acme/one",
              "uncached_input_tokens":700,"cache_creation":{"ephemeral_1h_input_tokens":50,"ephemeral_5m_input_tokens":100},
              "cache_read_input_tokens":150,"output_tokens":100}]}],"has_more":false}
            """
        },
        // Anthropic's cost API gives cents.
        {
            "anthropic",
            """
            {"data":[{"starting_at":"2026-03-02T00:00:00Z","results":[{"currency":"USD","amount":"50","model":"acme/one","description":"x"}]}]}
            """
        },
        // OpenAI, usage by the minute, with a minute in which nothing happened.
        {
            "openai",
            """
            start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens
            1772409600,1772409660,2026-03-02T00:00:00+00:00,2026-03-02T00:01:00+00:00,p,2.0,acme/one,1000,100,150
            1772409660,1772409720,2026-03-02T00:01:00+00:00,2026-03-02T00:02:00+00:00,,,,,,
            """
        },
        {
            "openai",
            """
            start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,project_id
            1772409600,1772496000,2026-03-02T00:00:00,2026-03-03T00:00:00,0.300000000000,usd,1000,tokens,"acme/one, input",p
            1772409600,1772496000,2026-03-02T00:00:00,2026-03-03T00:00:00,2e-1,usd,100,tokens,"acme/one, output",p
            """
        },
        {
            "openai",
            """
            [{"data":[{"object":"bucket","start_time":1772409600,"results":[{"amount":{"value":0.3,"currency":"usd"},"line_item":"acme/one, input"}]}]},
             {"data":[{"object":"bucket","start_time":1772409600,"results":[{"amount":{"value":"0.2","currency":"usd"},"line_item":"acme/one, output"}]}]}]
            """
        },
        {
            "openai",
            """
            {"data":[{"object":"bucket","start_time":1772409600,"results":[{"object":"organization.usage.completions.result",
              "input_tokens":1000,"output_tokens":100,"num_model_requests":2,"model":"acme/one"}]}]}
            """
        },
    };

    public static TheoryData<string, string> Broken => new()
    {
        { "", "line 1" },
        { "a,b\n1,2", "line 1: no known export" },
        { "usage_date_utc,model,cost_usd\n2026-03-02,m", "line 2, column 3" },
        { "usage_date_utc,model,cost_usd\n\n2026-03-02,m,1\nyesterday,m,1", "line 4, column usage_date_utc: 'yesterday' is not a date" },
        { "usage_date_utc,model,cost_usd\n2026-03-02,m,much", "line 2, column cost_usd: 'much' is not an amount" },
        { "usage_date_utc,model,cost_usd\n2026-03-02,,1", "line 2, column model: '' is empty" },
        { "usage_date_utc,model,cost_usd\n2026-03-02,\"m,1", "line 2, column 2: a quotation mark is not closed" },
        { "start_time,line_item,amount_value,amount_currency\n1772409600,m,1,eur", "line 2, column amount_currency: 'eur' is not usd" },
        { "{\n\"data\": [,]}", "line 2, column 10: this is not JSON" },
        { "{\"data\":[{\"date\":\"2026-03-02\",\"model_permaslug\":\"m\",\"usage\":true}]}", "data[0].usage: is not an amount" },
        { "{\"data\":[{\"start_time\":1772409600,\"results\":[{\"input_tokens\":5}]}]}", "data[0].results[0].model" },
        { "{\"data\":[7]}", "data: is not a list of objects" },
        { "[]", "" },
    };

    [Theory]
    [MemberData(nameof(Exports))]
    public void An_export_is_recognized_and_added_up_by_day_and_model(string provider, string text)
    {
        var invoice = InvoiceReader.Read(text, "export", columns: null);

        Assert.Equal(provider, invoice.Provider);
        var row = Assert.Single(invoice.Rows);
        Assert.Equal((new DateOnly(2026, 3, 2), "acme/one"), (row.Date, row.Model));
        Assert.True(row.Cost is null or 0.5m);
        Assert.True(row.Prompt is null or 1000);
        Assert.True(row.Completion is null or 100);
        Assert.True(row.Requests is null or 2);
        Assert.False(row is { Cost: null, Prompt: null });
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_cannot_be_read_is_named_by_file_and_place(string text, string place)
    {
        if (place.Length == 0)
        {
            Assert.Empty(InvoiceReader.Read(text, "bill.csv", columns: null).Rows);
            return;
        }

        var problem = Assert.Throws<InvoiceException>(() => InvoiceReader.Read(text, "bill.csv", columns: null));
        Assert.StartsWith("bill.csv", problem.Message, StringComparison.Ordinal);
        Assert.Contains(place, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_table_can_be_read_when_its_columns_are_named()
    {
        var invoice = InvoiceReader.Read(
            "\uFEFFDay,SKU,In,In cached,Bill\r\n2026-03-02,m,10,5,\"$1,234.50\"\r\n", "export",
            "date=day, model=sku, prompt=in+in cached, cost=bill");

        Assert.Equal(new InvoiceRow(new DateOnly(2026, 3, 2), "m") { Prompt = 15, Cost = 1234.50m }, Assert.Single(invoice.Rows));
        Assert.Throws<InvoiceException>(() => InvoiceReader.Read("a\n1", "export", "date=a"));
        Assert.Throws<InvoiceException>(() => InvoiceReader.Read("a\n1", "export", "date=a,model=a,price=a"));
        Assert.Contains("no column 'b'", Assert.Throws<InvoiceException>(
            () => InvoiceReader.Read("a\n1", "export", "date=a,model=a,cost=b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_matched_over_under_or_missing_and_added_up()
    {
        var day = new DateOnly(2026, 3, 2);
        InvoiceRow[] theirs =
        [
            new(day, "same") { Cost = 1, Requests = 2 }, new(day, "more") { Cost = 1.5m }, new(day, "less") { Cost = 0.5m },
            new(day, "theirs") { Cost = 3 }, new(day, "nothing") { Cost = 0 }, new(day, "counts") { Cost = 1, Prompt = 10 },
        ];
        InvoiceRow[] ours =
        [
            new(day, "same") { Cost = 1.001m, Requests = 2 }, new(day, "more") { Cost = 1 }, new(day, "less") { Cost = 1 },
            new(day, "ours") { Cost = 4 }, new(day, "counts") { Cost = 1, Prompt = 20 },
        ];
        var (text, differences) = InvoiceComparison.Of(theirs, ours, []).Write(tolerance: 1);

        Assert.Equal(5, differences);
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("ok", Line("same"), StringComparison.Ordinal);
        Assert.EndsWith("ok", Line("nothing"), StringComparison.Ordinal);
        Assert.EndsWith("over by +0.50", Line("more"), StringComparison.Ordinal);
        Assert.EndsWith("under by -0.50", Line("less"), StringComparison.Ordinal);
        Assert.EndsWith("only in the invoice", Line("theirs"), StringComparison.Ordinal);
        Assert.EndsWith("only in the books", Line("ours"), StringComparison.Ordinal);
        Assert.EndsWith("counts differ", Line("counts"), StringComparison.Ordinal);
        Assert.Contains("7 / 8.001", lines[^1], StringComparison.Ordinal);

        string Line(string model) => Assert.Single(lines, line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == model);
    }

    [Theory]
    [InlineData("anthropic", "Claude Haiku 4.5", "anthropic/claude-haiku-4.5")]
    [InlineData("anthropic", "claude-haiku-4-5-20251001", "anthropic/claude-haiku-4.5")]
    [InlineData("anthropic", "claude-haiku-4-5", "anthropic/claude-haiku-4.5")]
    [InlineData("openai", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini")]
    [InlineData("openai", "gpt-4o-mini", "openai/gpt-4o-mini")]
    public void The_names_of_an_invoice_lead_to_models_of_the_catalogue(string provider, string name, string slug)
    {
        var catalog = new CatalogSource(CatalogData.LoadBuiltIn(), EnvironmentCredentials.Instance).Build(new OperatorFile());
        var models = catalog.Models.Where(model => model.Endpoints.Any(endpoint => endpoint.Provider.Slug == provider)).ToArray();
        var day = new DateOnly(2026, 3, 2);
        var row = Assert.Single(InvoiceComparison.Of(
            [new InvoiceRow(day, name) { Cost = 1 }], [new InvoiceRow(day, slug) { Cost = 1 }], models).Rows);

        Assert.Equal(slug, row.Model);
        Assert.False(InvoiceComparison.Differs(row, 0));
    }
}
