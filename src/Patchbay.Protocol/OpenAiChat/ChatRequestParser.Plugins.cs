using System.Text.Json;

namespace Patchbay.Protocol;

internal ref partial struct ChatRequestParser
{
    private const int MostPatterns = 1024;
    private const int LongestPattern = 1024;
    private const int LongestPatterns = 65_536;

    private static readonly string[] CostTiers = ["low", "medium", "high", "xhigh", "max"];
    private static readonly string[] PriceSources = ["prompt", "weighted_avg"];

    private bool Plugins()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
        {
            return Fail("plugins", "an array");
        }

        for (var i = 0; _reader.Read() && _reader.TokenType != JsonTokenType.EndArray; i++)
        {
            _envelope.HasPlugins = true;
            if (_reader.TokenType != JsonTokenType.StartObject)
            {
                return Fail($"plugins[{i}]", "an object");
            }

            // The id says how the rest is read, and may stand behind it.
            var start = _reader;
            if (!PluginId(i, out var id, out var isOff))
            {
                return false;
            }

            _envelope.WantsWebPlugin |= id == "web" && !isOff;
            _envelope.NamesFusion |= id == "fusion";
            if (id is "auto-router" or "auto-beta-router" or "pareto-router")
            {
                _reader = start;
                if (!(id == "pareto-router" ? Pareto($"plugins[{i}]") : Auto($"plugins[{i}]", isBeta: id != "auto-router")))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool PluginId(int index, out string? id, out bool isOff)
    {
        id = null;
        isOff = false;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = _reader.ValueTextEquals("id"u8);
            var isSwitch = _reader.ValueTextEquals("enabled"u8);
            _reader.Read();
            isOff |= isSwitch && _reader.TokenType == JsonTokenType.False;
            if (isId && _reader.TokenType == JsonTokenType.String)
            {
                id = JsonText.String(_reader);
            }

            if (!SkipValue())
            {
                return false;
            }
        }

        return id is not null || Fail($"plugins[{index}].id", "a string");
    }

    private bool Auto(string path, bool isBeta)
    {
        var options = new AutoRouterPlugin();
        var enabled = true;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.String(_reader);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            switch (name)
            {
                case "allowed_models" or "excluded_models":
                    if (!Patterns($"{path}.{name}", out var patterns))
                    {
                        return false;
                    }

                    options = name == "allowed_models"
                        ? options with { AllowedModels = patterns }
                        : options with { ExcludedModels = patterns };
                    break;
                case "cost_tier":
                    if (!TryOneOf($"{path}.cost_tier", CostTiers, out var tier))
                    {
                        return false;
                    }

                    options = options with { CostTier = Array.IndexOf(CostTiers, tier) };
                    break;
                case "cost_quality_tradeoff":
                    if (!TryInteger(0, 10, out var tradeoff))
                    {
                        return Fail($"{path}.cost_quality_tradeoff", "an integer between 0 and 10");
                    }

                    options = options with { CostQualityTradeoff = (int)tradeoff };
                    break;
                case "pin_model":
                    if (!TryBoolean(out var pin))
                    {
                        return Fail($"{path}.pin_model", "a boolean");
                    }

                    options = options with { PinModel = pin };
                    break;
                case "enabled":
                    if (!TryBoolean(out enabled))
                    {
                        return Fail($"{path}.enabled", "a boolean");
                    }

                    break;
                default:
                    SkipValue();
                    break;
            }
        }

        if (enabled && isBeta)
        {
            _envelope.AutoBetaRouter = options;
        }
        else if (enabled)
        {
            _envelope.AutoRouter = options;
        }

        return true;
    }

    private bool Pareto(string path)
    {
        var options = new ParetoRouterPlugin();
        var enabled = true;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.String(_reader);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            switch (name)
            {
                case "min_coding_score":
                    if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetDouble(out var score) || score is not (>= 0 and <= 1))
                    {
                        return Fail($"{path}.min_coding_score", "a number between 0 and 1");
                    }

                    options = options with { MinCodingScore = score };
                    break;
                case "max_price":
                    if (_reader.TokenType != JsonTokenType.Number || !TryPrice(out var price))
                    {
                        return Fail($"{path}.max_price", "a number of at least 0");
                    }

                    options = options with { MaxPrice = price };
                    break;
                case "price_source":
                    if (!TryOneOf($"{path}.price_source", PriceSources, out _))
                    {
                        return false;
                    }

                    break;
                case "enabled":
                    if (!TryBoolean(out enabled))
                    {
                        return Fail($"{path}.enabled", "a boolean");
                    }

                    break;
                default:
                    SkipValue();
                    break;
            }
        }

        _envelope.ParetoRouter = enabled ? options : _envelope.ParetoRouter;
        return true;
    }

    private bool Patterns(string path, out string[]? patterns)
    {
        patterns = null;
        if (!Strings(path, MostPatterns, out var values))
        {
            return false;
        }

        var total = 0;
        for (var i = 0; i < values.Count; i++)
        {
            total += values[i].Length;
            if (values[i].Length > LongestPattern)
            {
                return Fail($"{path}[{i}]", $"at most {LongestPattern} characters");
            }
        }

        patterns = [.. values];
        return total <= LongestPatterns || Fail(path, $"at most {LongestPatterns} characters in all");
    }
}
