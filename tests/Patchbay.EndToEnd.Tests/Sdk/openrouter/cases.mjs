// Prints one JSON object: of every case and every client the result or the error.
import { clients, connect, outcome } from "./clients.mjs";

const { POOR_KEY: poor } = process.env;
const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const tools = [{ type: "function", function: { name: "get_weather", description: "The weather.", parameters: city } }];
const auto = (more) => ({
  model: "openrouter/auto", prompt: "Fix this bug in my Python code",
  plugins: [{ id: "auto-router", allowed_models: ["openai/gpt-5.5", "meta-llama/*"], cost_tier: "max", ...more }],
});
const wish = (provider, model = "or/three") => ({ model, provider });

// A function makes the request of one client: where what failed before would be remembered, each has a model of its own.
const requests = {
  "order": wish({ order: ["gamma", "beta"] }),
  "order-fixed": wish({ order: ["beta"], allow_fallbacks: false }),
  "order-falls": (client) => wish({ order: ["alpha", "beta"] }, `or/falls-${client}`),
  "no-fallbacks": (client) => wish({ order: ["alpha"], allow_fallbacks: false }, `or/stays-${client}`),
  "only": wish({ only: ["gamma"] }),
  "ignore": wish({ ignore: ["alpha", "beta"] }),
  "require-parameters": { ...wish({ require_parameters: true }), top_k: 7 },
  "data-collection": wish({ data_collection: "deny", order: ["alpha"] }),
  "zdr": wish({ zdr: true }),
  "distillable": wish({ enforce_distillable_text: true }, "or/open"),
  "not-distillable": wish({ enforce_distillable_text: true }),
  "quantizations": wish({ quantizations: ["int4"] }),
  "sort": wish({ sort: "price" }),
  "sort-object": { ...wish({ sort: { by: "price", partition: "none" } }, "or/dear"), models: ["or/dear", "or/three"] },
  "max-price": wish({ max_price: { prompt: "1.5", completion: "2.5" } }),
  "max-price-all": wish({ max_price: { prompt: "9", completion: "9", request: "1", image: "1", audio: "1" }, sort: "price" }),
  "max-price-none": wish({ max_price: { completion: "0.1" } }),
  "preferred-number": wish({ preferred_min_throughput: 1, preferred_max_latency: 60, sort: "price" }),
  "preferred-percentiles": wish({
    preferred_min_throughput: { p50: 1, p75: 1, p90: 1, p99: 1 }, preferred_max_latency: { p50: 60, p75: 60, p90: 60, p99: 60 }, sort: "price",
  }),
  "nobody": wish({ only: ["delta"] }),
  "floor": { model: "or/three:floor" },
  "nitro": { model: "or/three:nitro" },
  "exacto": { model: "or/three:exacto" },
  "free": { model: "or/gratis:free" },
  "thinking": { model: "or/three:thinking" },
  "extended": { model: "or/three:extended" },
  "online": { model: "or/three:online" },
  "latest": { model: "~or/three-latest", provider: { sort: "price" } },
  "models": (client) => ({ model: `or/down-${client}`, models: [`or/down-${client}`, "or/gratis"] }),
  "flex": { model: "or/tiers", service_tier: "flex" },
  "priority": { model: "or/tiers", service_tier: "priority" },
  "session": { model: "or/three", session_id: "a-session" },
  "tools": { model: "or/tools", tools },
  "auto": auto({}),
  "auto-all-options": auto({ enabled: true, excluded_models: ["meta-llama/*"], pin_model: false, cost_quality_tradeoff: 3 }),
  "auto-wrong": auto({ allowed_models: [""] }),
  "free-router": { model: "openrouter/free" },
  "pareto": { model: "openrouter/pareto-code", plugins: [{ id: "pareto-router", min_coding_score: 0.7, price_source: "prompt" }] },
  "pareto-cheap": { model: "openrouter/pareto-code", plugins: [{ id: "pareto-router", max_price: 0.0001 }] },
  "bodybuilder": { model: "openrouter/bodybuilder", prompt: "Send to GPT-5.5 and meta-llama/llama-3.3-70b-instruct: What is a + a?" },
  "fusion": {
    model: "openrouter/fusion",
    plugins: [{ id: "fusion", enabled: true, analysis_models: ["or/three", "or/gratis"], model: "or/judge", max_tool_calls: 2, tools: [] }],
  },
  "hedge": (client) => ({ model: `or/slow-${client}`, provider: { order: ["alpha", "beta"] }, headers: { "X-Patchbay-Hedge": "true" } }),
  "continue": (client) => ({ model: `or/dies-${client}`, provider: { order: ["dies", "able"] }, headers: { "X-Patchbay-Continue": "true" } }),
  "breaks": (client) => ({ model: `or/breaks-${client}` }),
  "failed": (client) => ({ model: `or/down-${client}` }),
  "limited": (client) => ({ model: `or/limited-${client}` }),
  "poor": { model: "or/three", key: poor },
  "unauthorized": { model: "or/three", key: "sk-pb-v1-wrong" },
  "unknown-model": { model: "or/no-such-model" },
};

const sdk = connect();
const lists = {
  async models() {
    const found = [];
    for await (const page of await sdk.models.list()) {
      found.push(...page.result.data);
    }
    return { ids: found.map((model) => model.id), three: found.find((model) => model.id === "or/three") };
  },
  model: async () => (await sdk.models.get({ author: "or", slug: "three" })).data,
  count: async () => (await sdk.models.count()).data,
  endpoints: async () => (await sdk.endpoints.list({ author: "or", slug: "three" })).data,
  providers: async () => (await sdk.providers.list()).data,
  async guardrails() {
    const { guardrails: g } = sdk;
    const all = async (pages, of) => {
      const found = [];
      for await (const page of await pages) {
        found.push(...page.result.data);
      }
      return found.map(of);
    };
    const rules = { allowedModels: ["or/three"], ignoredProviders: ["gamma"], enforceZdr: true, allowedDataRegions: ["global"] };
    const made = (await g.create({ createGuardrailRequest: { name: "SDK", limitUsd: 2.5, resetInterval: "weekly", ...rules } })).data;
    const { id } = made;
    const hash = (await sdk.apiKeys.create({ requestBody: { name: "guarded" } })).data.hash;
    const assigned = await g.bulkAssignKeys({ id, bulkAssignKeysRequest: { keyHashes: [hash] } });
    const keys = await all(g.listGuardrailKeyAssignments({ id }), (item) => item.keyHash);
    const everywhere = await all(g.listKeyAssignments(), (item) => item.guardrailId);
    const members = await all(g.listMemberAssignments(), (item) => item.userId);
    const removed = await g.bulkUnassignKeys({ id, bulkUnassignKeysRequest: { keyHashes: [hash] } });
    const changed = (await g.update({ id, updateGuardrailRequest: { description: "Changed", limitUsd: null, resetInterval: null } })).data;
    const read = (await g.get({ id })).data;
    const listed = await all(g.list(), (item) => item.id);
    const { deleted } = await g.delete({ id });
    return {
      id, made, changed, read, listed, keys, everywhere, members, deleted, hash,
      counts: [assigned.assignedCount, removed.unassignedCount],
    };
  },
  noModel: () => sdk.models.get({ author: "or", slug: "no-such-model" }),
};

const results = { lists: {}, generations: {} };
for (const [client, send] of Object.entries(clients)) {
  results[client] = {};
  for (const [name, request] of Object.entries(requests)) {
    results[client][name] = await outcome(() => send(typeof request === "function" ? request(client) : request));
  }
}
for (const [name, run] of Object.entries(lists)) {
  results.lists[name] = await outcome(run);
}
for (const name of ["order", "order-falls", "auto", "fusion", "bodybuilder", "hedge", "flex"]) {
  const id = results.sdk[name].result?.id;
  results.generations[name] = await outcome(async () => {
    for (let tries = 0; ; tries++) {
      try {
        return (await sdk.generations.getGeneration({ id })).data;
      } catch (error) {
        if (error.statusCode !== 404 || tries === 100) {
          throw error;
        }
        await new Promise((resume) => setTimeout(resume, 50));
      }
    }
  });
}
process.stdout.write(JSON.stringify(results));
