using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Patchbay.EndToEnd.Tests;

/// <summary>Stripe's API as far as credits need it: form posts, idempotency keys with Stripe's meaning (the first answer is kept,
/// other parameters are refused), sessions, payment intents, refunds, disputes and the list of events.</summary>
public sealed class StripeStandIn : StandIn
{
    public const string SecretKey = "sk_test_canary_51NoOneMaySeeThis";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Form, int Status, string Json)> _answers = [];
    private readonly Dictionary<string, JsonObject> _objects = [];
    private readonly Dictionary<string, string> _intentMetadata = [];
    private readonly List<JsonObject> _events = [];
    private int _number;

    /// <summary>Requests that lacked the key, the version or the right kind of body.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Things of a kind, such as <c>pi_</c>.</summary>
    public IReadOnlyList<JsonObject> All(string prefix)
    {
        lock (_lock)
        {
            return [.. _objects.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => pair.Value)];
        }
    }

    /// <summary>A thing by its id.</summary>
    public JsonObject Get(string id)
    {
        lock (_lock)
        {
            return _objects[id];
        }
    }

    /// <summary>A page that somebody else made with the same account, paid.</summary>
    public JsonObject PayElsewhere(long cents, JsonObject mark)
    {
        lock (_lock)
        {
            var intent = Make("pi_", "payment_intent", new JsonObject
            {
                ["amount_received"] = cents,
                ["currency"] = "usd",
                ["livemode"] = false,
                ["status"] = "succeeded",
                ["metadata"] = mark.DeepClone(),
            });
            return Tell("checkout.session.completed", Make("cs_", "checkout.session", new JsonObject
            {
                ["currency"] = "usd",
                ["livemode"] = false,
                ["status"] = "complete",
                ["payment_status"] = "paid",
                ["payment_intent"] = intent["id"]!.DeepClone(),
                ["metadata"] = mark.DeepClone(),
            }));
        }
    }

    /// <summary>Somebody pays on a page. Returns the message that Stripe would send.</summary>
    public JsonObject Pay(string sessionId, Action<JsonObject>? twist = null, bool later = false)
    {
        lock (_lock)
        {
            var session = _objects[sessionId];
            var intent = Make("pi_", "payment_intent", new JsonObject
            {
                ["amount"] = session["amount_total"]!.DeepClone(),
                ["amount_received"] = later ? 0 : session["amount_total"]!.DeepClone(),
                ["currency"] = "usd",
                ["livemode"] = false,
                ["status"] = later ? "processing" : "succeeded",
                ["metadata"] = JsonNode.Parse(_intentMetadata[sessionId]),
                ["customer"] = session["customer"]?.DeepClone(),
                ["setup_future_usage"] = session["x_future"]?.DeepClone(),
                ["payment_method"] = new JsonObject
                {
                    ["id"] = "pm_" + sessionId,
                    ["type"] = "card",
                    ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242" },
                },
            });
            twist?.Invoke(intent);
            session["payment_intent"] = intent["id"]!.DeepClone();
            session["status"] = "complete";
            session["payment_status"] = later ? "unpaid" : "paid";
            return Tell("checkout.session.completed", session);
        }
    }

    /// <summary>The money of a page that was paid slowly arrives, or does not.</summary>
    public JsonObject Finish(string sessionId, bool arrives)
    {
        lock (_lock)
        {
            var session = _objects[sessionId];
            var intent = _objects[(string)session["payment_intent"]!];
            intent["status"] = arrives ? "succeeded" : "requires_payment_method";
            intent["amount_received"] = arrives ? intent["amount"]!.DeepClone() : 0;
            session["payment_status"] = arrives ? "paid" : "unpaid";
            return Tell(
                arrives ? "checkout.session.async_payment_succeeded" : "checkout.session.async_payment_failed", session);
        }
    }

    /// <summary>The operator gives money back in Stripe's own console.</summary>
    public JsonObject Refund(string sessionId, long cents)
    {
        lock (_lock)
        {
            var intent = (string)_objects[sessionId]["payment_intent"]!;
            Make("re_", "refund", new JsonObject
            {
                ["payment_intent"] = intent,
                ["amount"] = cents,
                ["status"] = "succeeded",
                ["metadata"] = new JsonObject(),
            });
            return Tell("charge.refunded", new JsonObject
            {
                ["id"] = "ch_" + intent,
                ["object"] = "charge",
                ["payment_intent"] = intent,
            });
        }
    }

    /// <summary>The payer's bank disputes.</summary>
    public (JsonObject Dispute, JsonObject Message) Dispute(string sessionId, long cents)
    {
        lock (_lock)
        {
            var dispute = Make("dp_", "dispute", new JsonObject
            {
                ["payment_intent"] = _objects[sessionId]["payment_intent"]!.DeepClone(),
                ["amount"] = cents,
                ["status"] = "needs_response",
            });
            return (dispute, Tell("charge.dispute.created", dispute));
        }
    }

    /// <summary>Something changed.</summary>
    public JsonObject Change(JsonObject about, string status, string type)
    {
        lock (_lock)
        {
            about["status"] = status;
            return Tell(type, about);
        }
    }

    /// <summary>Makes a message about something, and lists it.</summary>
    public JsonObject Tell(string type, JsonObject about)
    {
        lock (_lock)
        {
            var message = new JsonObject
            {
                ["id"] = "evt_" + Next(),
                ["object"] = "event",
                ["type"] = type,
                ["livemode"] = false,
                ["created"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
                ["data"] = new JsonObject { ["object"] = about.DeepClone() },
            };
            _events.Add(message);
            return (JsonObject)message.DeepClone();
        }
    }

    /// <inheritdoc/>
    protected override async Task<(int Status, string Json)> AnswerAsync(HttpRequest request, StandInFault? fault)
    {
        if (request.Headers.Authorization != "Bearer " + SecretKey || request.Headers["Stripe-Version"].Count != 1)
        {
            Violations.Add("no key or version: " + request.Path);
            return (401, """{"error":{"type":"invalid_request_error"}}""");
        }

        if (fault is StandInFault.KeyInUse)
        {
            return (409, """{"error":{"type":"idempotency_error","code":"idempotency_key_in_use"}}""");
        }

        if (request.Method == "GET")
        {
            lock (_lock)
            {
                return Read(request);
            }
        }

        var form = await request.ReadFormAsync();
        var text = string.Join('&', form.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        var key = request.Headers["Idempotency-Key"].ToString();
        lock (_lock)
        {
            if (key.Length is 0 or > 255)
            {
                Violations.Add("no idempotency key: " + request.Path);
            }

            if (_answers.TryGetValue(key, out var known))
            {
                return known.Form == text
                    ? (known.Status, known.Json)
                    : (400, """{"error":{"type":"idempotency_error","message":"other parameters"}}""");
            }

            var answer = fault switch
            {
                StandInFault.Declined => (402, """{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds"}}"""),
                StandInFault.Refused => (400, """{"error":{"type":"invalid_request_error","code":"charge_disputed"}}"""),
                _ => (200, Write(request.Path, form).ToJsonString()),
            };
            _answers[key] = (text, answer.Item1, answer.Item2);
            return answer;
        }
    }

    private (int Status, string Json) Read(HttpRequest request)
    {
        var path = request.Path.Value!.Split('/');
        IEnumerable<JsonObject>? list = request.Path.Value switch
        {
            "/v1/refunds" => About("re_", request),
            "/v1/disputes" => About("dp_", request),
            "/v1/events" => _events,
            _ => null,
        };
        if (list is not null)
        {
            var data = new JsonArray([.. list.Select(item => item.DeepClone())]);
            return (200, new JsonObject { ["object"] = "list", ["data"] = data, ["has_more"] = false }.ToJsonString());
        }

        return _objects.TryGetValue(path[^1], out var found)
            ? (200, found.ToJsonString())
            : (404, """{"error":{"type":"invalid_request_error","code":"resource_missing"}}""");
    }

    private IEnumerable<JsonObject> About(string prefix, HttpRequest request) => _objects
        .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)
            && (string?)pair.Value["payment_intent"] == request.Query["payment_intent"])
        .Select(pair => pair.Value);

    private JsonObject Write(string path, IFormCollection form)
    {
        switch (path)
        {
            case "/v1/customers":
                return Make("cus_", "customer", new JsonObject { ["metadata"] = Metadata(form, "metadata") });
            case "/v1/checkout/sessions":
                var total = Enumerable.Range(0, 2).Sum(i =>
                    form.TryGetValue($"line_items[{i}][price_data][unit_amount]", out var cents)
                        ? long.Parse(cents.ToString(), CultureInfo.InvariantCulture)
                        : 0);
                var session = Make("cs_", "checkout.session", new JsonObject
                {
                    ["amount_total"] = total,
                    ["currency"] = "usd",
                    ["livemode"] = false,
                    ["status"] = "open",
                    ["payment_status"] = "unpaid",
                    ["payment_intent"] = null,
                    ["customer"] = form.TryGetValue("customer", out var customer) ? customer.ToString() : null,
                    ["metadata"] = Metadata(form, "metadata"),
                    ["x_future"] = form.TryGetValue("payment_intent_data[setup_future_usage]", out var future) ? future.ToString() : null,
                });
                session["url"] = $"https://checkout.stripe.test/{session["id"]}";
                _intentMetadata[(string)session["id"]!] = Metadata(form, "payment_intent_data[metadata]").ToJsonString();
                return session;
            case "/v1/payment_intents":
                var intent = Make("pi_", "payment_intent", new JsonObject
                {
                    ["amount"] = long.Parse(form["amount"].ToString(), CultureInfo.InvariantCulture),
                    ["amount_received"] = long.Parse(form["amount"].ToString(), CultureInfo.InvariantCulture),
                    ["currency"] = form["currency"].ToString(),
                    ["livemode"] = false,
                    ["status"] = "succeeded",
                    ["customer"] = form["customer"].ToString(),
                    ["payment_method"] = form["payment_method"].ToString(),
                    ["metadata"] = Metadata(form, "metadata"),
                });
                Tell("payment_intent.succeeded", intent);
                return intent;
            case "/v1/refunds":
                return Make("re_", "refund", new JsonObject
                {
                    ["payment_intent"] = form["payment_intent"].ToString(),
                    ["amount"] = long.Parse(form["amount"].ToString(), CultureInfo.InvariantCulture),
                    ["status"] = "succeeded",
                    ["metadata"] = Metadata(form, "metadata"),
                });
            default:
                throw new InvalidOperationException(path);
        }
    }

    private JsonObject Make(string prefix, string kind, JsonObject members)
    {
        var id = prefix + Next();
        members["id"] = id;
        members["object"] = kind;
        _objects[id] = members;
        return members;
    }

    private string Next() => (++_number).ToString("D6", CultureInfo.InvariantCulture);

    private static JsonObject Metadata(IFormCollection form, string name)
    {
        var metadata = new JsonObject();
        foreach (var (key, value) in form)
        {
            if (key.StartsWith(name + "[", StringComparison.Ordinal))
            {
                metadata[key[(name.Length + 1)..^1]] = value.ToString();
            }
        }

        return metadata;
    }
}
