using System.Globalization;
using System.Text.Json;
using Patchbay.Core;

namespace Patchbay.Protocol;

internal ref partial struct ChatRequestParser
{
    private const int LongestList = 1000;

    private static readonly string[] Quantizations =
        ["int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"];

    private static readonly string[] Sorts = ["price", "throughput", "latency", "exacto"];
    private static readonly string[] Partitions = ["model", "none"];
    private static readonly string[] Collections = ["allow", "deny"];

    private bool Provider()
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("provider", "an object");
        }

        var preferences = new ProviderPreferences();
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.String(_reader);
            _reader.Read();
            if (!Preference(name, ref preferences))
            {
                return false;
            }
        }

        _envelope.Provider = preferences;
        return true;
    }

    private bool Preference(string name, ref ProviderPreferences preferences)
    {
        var isNull = _reader.TokenType == JsonTokenType.Null;
        var flag = false;
        string[]? list = null;
        switch (name)
        {
            case "order" or "only" or "ignore" or "quantizations" or "data_regions":
                if (!isNull && !List($"provider.{name}", name == "quantizations", out list))
                {
                    return false;
                }

                preferences = name switch
                {
                    "order" => preferences with { Order = list },
                    "only" => preferences with { Only = list },
                    "ignore" => preferences with { Ignore = list },
                    "data_regions" => preferences with { DataRegions = list },
                    _ => preferences with { Quantizations = list },
                };
                return true;

            case "allow_fallbacks" or "require_parameters" or "zdr" or "enforce_distillable_text":
                if (!isNull && !TryBoolean(out flag))
                {
                    return Fail($"provider.{name}", "a boolean");
                }

                preferences = name switch
                {
                    "allow_fallbacks" => preferences with { AllowFallbacks = isNull ? null : flag },
                    "require_parameters" => preferences with { RequireParameters = flag },
                    "zdr" => preferences with { Zdr = flag },
                    _ => preferences with { EnforceDistillableText = flag },
                };
                return true;

            case "data_collection":
                string? collection = null;
                if (!isNull && !TryOneOf("provider.data_collection", Collections, out collection))
                {
                    return false;
                }

                preferences = preferences with { DataCollectionDeny = collection == "deny" };
                return true;

            case "sort":
                return isNull || Sort(ref preferences);

            case "max_price":
                return isNull || MaxPrices(ref preferences);

            case "preferred_min_throughput" or "preferred_max_latency":
                var cutoffs = default(PercentileCutoffs);
                if (!isNull && !Cutoffs($"provider.{name}", out cutoffs))
                {
                    return false;
                }

                PercentileCutoffs? given = isNull ? null : cutoffs;
                preferences = name == "preferred_min_throughput"
                    ? preferences with { PreferredMinThroughput = given }
                    : preferences with { PreferredMaxLatency = given };
                return true;

            case "options":
                return isNull || (_reader.TokenType == JsonTokenType.StartObject
                    ? SkipValue()
                    : Fail("provider.options", "an object"));

            default:
                return Unrecognized(name, "provider");
        }
    }

    private bool Unrecognized(string name, string inside)
    {
        name = Short(name);
        Error = new GatewayError(GatewayErrorKind.InvalidRequest, $"Unrecognized key(s) in object: '{name}'")
        {
            Parameter = $"{inside}.{name}",
        };
        return false;
    }

    private bool List(string path, bool isQuantization, out string[]? list)
    {
        list = null;
        if (!Strings(path, LongestList, out var values))
        {
            return false;
        }

        for (var i = 0; isQuantization && i < values.Count; i++)
        {
            if (Array.IndexOf(Quantizations, values[i]) < 0)
            {
                return Fail($"{path}[{i}]", $"one of {string.Join(", ", Quantizations)}");
            }
        }

        list = [.. values];
        return true;
    }

    private bool Sort(ref ProviderPreferences preferences)
    {
        string? by = null;
        string? partition = null;
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            if (!TryOneOf("provider.sort", Sorts, out by))
            {
                return false;
            }
        }
        else
        {
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonText.String(_reader);
                _reader.Read();
                var isNull = _reader.TokenType == JsonTokenType.Null;
                if (name is not ("by" or "partition"))
                {
                    return Unrecognized(name, "provider.sort");
                }

                if (!isNull && !(name == "by"
                    ? TryOneOf("provider.sort.by", Sorts, out by)
                    : TryOneOf("provider.sort.partition", Partitions, out partition)))
                {
                    return false;
                }
            }
        }

        preferences = preferences with
        {
            Sort = by switch
            {
                "price" => ProviderSort.Price,
                "throughput" => ProviderSort.Throughput,
                "latency" => ProviderSort.Latency,
                "exacto" => ProviderSort.Exacto,
                _ => null,
            },
            Partition = partition switch
            {
                "model" => SortPartition.Model,
                "none" => SortPartition.None,
                _ => preferences.Partition,
            },
        };
        return true;
    }

    private bool MaxPrices(ref ProviderPreferences preferences)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail("provider.max_price", "an object");
        }

        var limit = new MaxPrice(null, null, null, null, null);
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.String(_reader);
            _reader.Read();
            decimal? price = null;
            if (_reader.TokenType != JsonTokenType.Null && !TryPrice(out price))
            {
                return Fail($"provider.max_price.{Short(name)}", "a price in dollars, as a number or a string");
            }

            switch (name)
            {
                case "prompt":
                    limit = limit with { Prompt = price };
                    break;
                case "completion":
                    limit = limit with { Completion = price };
                    break;
                case "request":
                    limit = limit with { Request = price };
                    break;
                case "image":
                    limit = limit with { Image = price };
                    break;
                case "audio":
                    limit = limit with { Audio = price };
                    break;
                default:
                    return Unrecognized(name, "provider.max_price");
            }
        }

        preferences = preferences with { MaxPrice = limit };
        return true;
    }

    private readonly bool TryPrice(out decimal? price)
    {
        price = null;
        if (_reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
        {
            return false;
        }

        if (!decimal.TryParse(
                _reader.ValueSpan,
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out var value))
        {
            return false;
        }

        price = value;
        return true;
    }

    private bool Cutoffs(string path, out PercentileCutoffs cutoffs)
    {
        cutoffs = default;
        if (_reader.TokenType == JsonTokenType.Number)
        {
            return TryCutoff(path, out var median) && Keep(ref cutoffs, "p50", median);
        }

        if (_reader.TokenType != JsonTokenType.StartObject)
        {
            return Fail(path, "a number or an object of percentiles");
        }

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.String(_reader);
            _reader.Read();
            if (_reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            if (name is not ("p50" or "p75" or "p90" or "p99"))
            {
                return Unrecognized(name, path);
            }

            if (!TryCutoff($"{path}.{name}", out var value))
            {
                return false;
            }

            Keep(ref cutoffs, name, value);
        }

        return true;
    }

    private static bool Keep(ref PercentileCutoffs cutoffs, string name, double value)
    {
        cutoffs = name switch
        {
            "p50" => cutoffs with { P50 = value },
            "p75" => cutoffs with { P75 = value },
            "p90" => cutoffs with { P90 = value },
            _ => cutoffs with { P99 = value },
        };
        return true;
    }

    private bool TryCutoff(string path, out double value)
    {
        value = 0;
        return (_reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out value) && double.IsFinite(value)
            && value >= 0) || Fail(path, "a number of at least 0");
    }
}
