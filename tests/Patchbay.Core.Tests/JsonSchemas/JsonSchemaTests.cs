using System.Text;
using System.Text.Json;

namespace Patchbay.Core.Tests;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    [InlineData("{}", "null", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":"integer"}""", "1e3", true)]
    [InlineData("""{"type":"number"}""", "1", true)]
    [InlineData("""{"type":"number"}""", "\"1\"", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"type":["string","null"]}""", "true", false)]
    [InlineData("""{"type":"boolean"}""", "false", true)]
    [InlineData("""{"type":"object"}""", "[]", false)]
    [InlineData("""{"type":"array"}""", "[]", true)]
    [InlineData("""{"enum":["a",{"b":[1]}]}""", """{"b":[1.0]}""", true)]
    [InlineData("""{"enum":["a"]}""", "\"b\"", false)]
    [InlineData("""{"const":{"a":1,"b":2}}""", """{"b":2,"a":1}""", true)]
    [InlineData("""{"const":null}""", "0", false)]
    [InlineData("""{"multipleOf":0.1}""", "0.3", true)]
    [InlineData("""{"multipleOf":3}""", "10", false)]
    [InlineData("""{"maximum":3}""", "3", true)]
    [InlineData("""{"maximum":3}""", "3.01", false)]
    [InlineData("""{"exclusiveMaximum":3}""", "3", false)]
    [InlineData("""{"minimum":3}""", "2", false)]
    [InlineData("""{"exclusiveMinimum":3}""", "3", false)]
    [InlineData("""{"exclusiveMinimum":3}""", "\"2\"", true)]
    [InlineData("""{"maxLength":1}""", "\"\\ud83d\\ude42\"", true)]
    [InlineData("""{"maxLength":1}""", "\"ab\"", false)]
    [InlineData("""{"minLength":2}""", "\"\\ud83d\\ude42\"", false)]
    [InlineData("""{"pattern":"b+"}""", "\"abc\"", true)]
    [InlineData("""{"pattern":"^b+$"}""", "\"b\\n\"", false)]
    [InlineData("""{"pattern":"^\\d$"}""", "\"\\u0663\"", false)]
    [InlineData("""{"pattern":"^.$"}""", "\"\\ud83d\\ude42\"", true)]
    [InlineData("""{"pattern":"^[^a]{2}$"}""", "\"\\ud83d\\ude42\"", false)]
    [InlineData("""{"pattern":"^\\p{Lu}[a-z]*$"}""", "\"Étude\"", true)]
    [InlineData("""{"pattern":"^\\p{Lu}[a-z]*$"}""", "\"étude\"", false)]
    [InlineData("""{"pattern":"^(?<year>\\d{4})-\\d{2}$"}""", "\"2026-11\"", true)]
    [InlineData("""{"items":{"type":"string"}}""", """["a",1]""", false)]
    [InlineData("""{"items":[{"type":"string"}],"additionalItems":false}""", """["a"]""", true)]
    [InlineData("""{"items":[{"type":"string"}],"additionalItems":false}""", """["a",1]""", false)]
    [InlineData("""{"items":[{"type":"string"}],"additionalItems":{"type":"number"}}""", """["a",1]""", true)]
    [InlineData("""{"additionalItems":false}""", "[1]", true)]
    [InlineData("""{"maxItems":1}""", "[1,2]", false)]
    [InlineData("""{"minItems":1}""", "[]", false)]
    [InlineData("""{"uniqueItems":true}""", """[1,"1",[1],{"a":1}]""", true)]
    [InlineData("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2,"a":1}]""", false)]
    [InlineData("""{"contains":{"type":"number"}}""", """["a"]""", false)]
    [InlineData("""{"contains":{"type":"number"}}""", """["a",1]""", true)]
    [InlineData("""{"contains":{}}""", "[]", false)]
    [InlineData("""{"maxProperties":1}""", """{"a":1,"b":2}""", false)]
    [InlineData("""{"minProperties":1}""", "{}", false)]
    [InlineData("""{"required":["a"]}""", """{"a":null}""", true)]
    [InlineData("""{"required":["a"]}""", """{"A":1}""", false)]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":1}""", false)]
    [InlineData("""{"properties":{"a":false}}""", """{"b":1}""", true)]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"b":1}""", false)]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}""", """{"x-a":"1"}""", true)]
    [InlineData("""{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}""", """{"x-a":1}""", false)]
    [InlineData("""{"additionalProperties":{"type":"string"}}""", """{"a":1}""", false)]
    [InlineData("""{"propertyNames":{"maxLength":2}}""", """{"abc":1}""", false)]
    [InlineData("""{"dependencies":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"dependencies":{"a":["b"]}}""", """{"c":1}""", true)]
    [InlineData("""{"dependencies":{"a":{"required":["b"]}}}""", """{"a":1,"b":2}""", true)]
    [InlineData("""{"dependencies":{"a":false}}""", """{"a":1}""", false)]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":5}}""", "\"a\"", false)]
    [InlineData("""{"if":{"type":"string"},"then":{"minLength":2},"else":{"minimum":5}}""", "6", true)]
    [InlineData("""{"then":false,"else":false}""", "6", true)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "4", false)]
    [InlineData("""{"anyOf":[{"minimum":3},{"maximum":1}]}""", "2", false)]
    [InlineData("""{"oneOf":[{"minimum":1},{"maximum":3}]}""", "2", false)]
    [InlineData("""{"oneOf":[{"minimum":3},{"maximum":1}]}""", "0", true)]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", false)]
    [InlineData("""{"$ref":"#/definitions/a","type":"string","definitions":{"a":{"type":"number"}}}""", "1", true)]
    [InlineData("""{"properties":{"n":{"$ref":"#"}},"additionalProperties":false}""", """{"n":{"n":{"m":1}}}""", false)]
    [InlineData("""{"items":{"$ref":"#/$defs/a~1b"},"$defs":{"a/b":{"type":"null"}}}""", "[null]", true)]
    [InlineData("""{"items":{"$ref":"#one"},"definitions":{"x":{"$id":"#one","const":1}}}""", "[2]", false)]
    [InlineData("""{"format":"email","contentEncoding":"base64","unknown":5}""", "\"no address\"", true)]
    public void Every_keyword_of_draft_7_is_obeyed(string schema, string value, bool valid)
    {
        Assert.Equal(valid ? SchemaVerdict.Valid : SchemaVerdict.Invalid, Check(schema, value));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("""{"type":"text"}""")]
    [InlineData("""{"type":[]}""")]
    [InlineData("""{"properties":[]}""")]
    [InlineData("""{"required":"a"}""")]
    [InlineData("""{"minimum":"1"}""")]
    [InlineData("""{"multipleOf":0}""")]
    [InlineData("""{"maxLength":-1}""")]
    [InlineData("""{"allOf":[]}""")]
    [InlineData("""{"enum":[]}""")]
    [InlineData("""{"definitions":{"unused":{"type":"text"}}}""")]
    [InlineData("""{"items":{"type":5}}""")]
    [InlineData("""{"$ref":"#/definitions/none"}""")]
    [InlineData("""{"$ref":"https://example.com/schema"}""")]
    [InlineData("""{"pattern":"("}""")]
    [InlineData("""{"pattern":"(?=a)"}""")]
    [InlineData("""{"pattern":"(a)\\1"}""")]
    [InlineData("""{"pattern":"((a{99}){99}){99}"}""")]
    public void What_is_no_schema_or_cannot_be_matched_in_linear_time_is_not_compiled(string schema)
    {
        Assert.Null(JsonSchema.TryCompile(Encoding.UTF8.GetBytes(schema)));
    }

    [Fact]
    public void A_hostile_schema_costs_no_more_than_is_allowed()
    {
        var loop = """{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}}}""";
        var wide = """{"definitions":{"a":{"anyOf":[{"$ref":"#/definitions/b"},{"$ref":"#/definitions/b"}]},"b":{"anyOf":[{"$ref":"#/definitions/a"},{"$ref":"#/definitions/a"}]}},"$ref":"#/definitions/a"}""";
        var pattern = """{"pattern":"^(a+)+$"}""";

        Assert.Equal(SchemaVerdict.Undecided, Check(loop, "1"));
        Assert.Equal(SchemaVerdict.Undecided, Check(wide, "1"));
        Assert.Equal(SchemaVerdict.Invalid, Check(pattern, $"\"{new string('a', 20_000)}b\""));
        Assert.Null(JsonSchema.TryCompile(new byte[JsonSchema.MostBytes + 1]));
    }

    [Fact]
    public void A_hostile_value_costs_no_more_than_is_allowed()
    {
        var items = $"[{string.Join(',', Enumerable.Range(0, 10_000))}]";

        Assert.Equal(SchemaVerdict.Undecided, Check("""{"uniqueItems":true}""", items));
        Assert.Equal(SchemaVerdict.Undecided, Check("""{"maxLength":3}""", "\"\\ud800\""));
    }

    private static SchemaVerdict Check(string schema, string value)
    {
        var compiled = JsonSchema.TryCompile(Encoding.UTF8.GetBytes(schema));
        Assert.NotNull(compiled);
        return compiled.Check(JsonElement.Parse(value));
    }
}
