// Invented but plausible data for looking at the console without a server.
let seed = 7;
const random = () => {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const between = (low, high) => low + random() * (high - low);

export const providers = ["Northwind", "Lumen", "Harbor Cloud", "Quarry", "Saltmarsh AI", "Basalt", "Kestrel Compute"].map((name) => ({
  name,
  slug: name.toLowerCase().replaceAll(" ", "-"),
  privacy_policy_url: null,
  terms_of_service_url: null,
  status_page_url: name.length % 2 ? "https://status.invalid" : null,
  headquarters: "US",
  datacenters: ["US", "DE"],
}));

const families = [
  ["northwind", "Atlas", ["4 Pro", "4", "4 Mini", "3.5", "Code"]],
  ["lumen", "Prism", ["Large 2", "Medium", "Vision", "Flash"]],
  ["harbor", "Anchor", ["70B Instruct", "8B Instruct", "405B", "Guard"]],
  ["quarry", "Granite Reasoner", ["R2", "R1", "R1 Distill 32B"]],
  ["saltmarsh", "Heron", ["XL", "Base", "Embed"]],
];
const prices = ["0.0000025", "0.00000015", "0.000003", "0.000015", "0.00000007", "0.0000011", "0", "0.0000000625"];

function model(author, name, index) {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
  const reasoning = /R\d|Pro|Large/.test(name);
  const vision = /Pro|Vision|Large|Mini|XL/.test(name);
  const embed = /Embed/.test(name);
  const prompt = pick(prices);
  const id = `${author}/${slug}`;
  return {
    id,
    canonical_slug: `${id}-2026-0${1 + (index % 9)}-14`,
    name: `${author[0].toUpperCase()}${author.slice(1)}: ${name}`,
    created: 1_795_000_000 - index * 91_000,
    description: `${name} is a ${reasoning ? "reasoning" : "general-purpose"} model for drafting, analysis and code. It follows long instructions closely, calls tools in parallel, and keeps its answers short unless asked otherwise.\n\nIt exists only in this mock catalogue.`,
    context_length: pick([8192, 32768, 128000, 200000, 1048576]),
    architecture: {
      modality: vision ? "text+image->text" : "text->text",
      input_modalities: vision ? ["text", "image", "file"] : ["text"],
      output_modalities: [embed ? "embeddings" : "text"],
      tokenizer: "Other",
      instruct_type: null,
    },
    pricing: {
      prompt,
      completion: embed ? "0" : String(Number(prompt) * 4 || 0).includes("e") ? (Number(prompt) * 4).toFixed(12) : String(Number(prompt) * 4),
      ...(reasoning ? { input_cache_read: "0.00000025", input_cache_write: "0.00000375", web_search: "0.01" } : {}),
    },
    top_provider: { context_length: 128000, max_completion_tokens: pick([4096, 16384, 64000]), is_moderated: false },
    per_request_limits: null,
    supported_parameters: ["temperature", "top_p", "max_tokens", "stop", "seed", "frequency_penalty", "presence_penalty", ...(index % 4 ? ["tools", "tool_choice", "parallel_tool_calls"] : []), ...(reasoning ? ["reasoning", "include_reasoning", "reasoning_effort"] : []), ...(index % 3 ? ["response_format", "structured_outputs"] : [])],
    default_parameters: { temperature: 0.7 },
    supported_voices: null,
    links: { details: `/api/v1/models/${id}/endpoints` },
    hugging_face_id: author === "harbor" ? `${author}/${slug}` : null,
    knowledge_cutoff: "2026-03-31",
    expiration_date: null,
    ...(reasoning ? { reasoning: { mandatory: /R2/.test(name), default_enabled: true, supported_efforts: ["high", "medium", "low"] } } : {}),
  };
}

export const models = [];
for (const [author, family, names] of families) {
  for (const name of names) {
    models.push(model(author, `${family} ${name}`, models.length));
  }
}
while (models.length < 1140) {
  const [author, family] = pick(families);
  models.push(model(author, `${family} ${pick(["Instruct", "Chat", "Base", "Code", "Vision"])} ${models.length}B`, models.length));
}

export function endpoints(found) {
  const serving = providers.filter((_, index) => (found.created / 91_000 + index) % 3 < 1.4).slice(0, 5);
  return serving.map((provider, index) => {
    const trouble = (found.created + index * 7) % 11 === 0;
    const quiet = (found.created + index) % 7 === 0;
    const p50 = 240 + index * 180 + (found.created % 90);
    const spread = (base, up) => ({ p50: base, p75: base * (up ? 1.3 : 0.85), p90: base * (up ? 1.9 : 0.7), p99: base * (up ? 3.4 : 0.4) });
    return {
      name: `${provider.name} | ${found.id}`,
      model_id: found.id,
      model_name: found.name,
      provider_name: provider.name,
      tag: index % 2 ? `${provider.slug}/turbo` : provider.slug,
      context_length: found.context_length,
      max_completion_tokens: 16384,
      max_prompt_tokens: null,
      pricing: { ...found.pricing, prompt: index ? String((Number(found.pricing.prompt) * (1 + index * 0.1)).toFixed(12)) : found.pricing.prompt },
      quantization: index % 2 ? "fp8" : null,
      status: trouble ? -2 : 0,
      supported_parameters: found.supported_parameters,
      supports_implicit_caching: index === 0,
      uptime_last_5m: quiet ? null : trouble ? 61.2 : 100,
      uptime_last_30m: quiet ? null : trouble ? 82.4 : 99.96,
      uptime_last_1d: quiet ? null : trouble ? 96.31 : 99.982,
      latency_last_30m: quiet ? null : spread(p50, true),
      throughput_last_30m: quiet ? null : spread(88 - index * 14, false),
    };
  });
}

let sequence = 0;
export function generation(age, overrides = {}) {
  const served = pick(models.slice(0, 19));
  const provider = pick(providers);
  const created = Date.now() - age;
  const input = Math.round(between(40, 9000));
  const output = Math.round(between(12, 1400));
  const latency = Math.round(between(180, 1400));
  const total = latency + Math.round(output * between(8, 22));
  const cost = Math.ceil((input * Number(served.pricing.prompt) + output * Number(served.pricing.completion)) * 1e9) / 1e9;
  const retried = sequence % 7 === 3;
  const reason = sequence % 13 === 5 ? "error" : sequence % 5 === 2 ? "tool_calls" : sequence % 11 === 7 ? "length" : "stop";
  const id = `gen-${Math.floor(created / 1000)}-${(sequence++ * 7919 + 46656).toString(36)}k3v9qd`;
  const failed = { provider_name: "Basalt", status: 529, latency: 211, endpoint_id: "basalt/turbo", model_permaslug: served.canonical_slug, is_byok: false };
  return {
    id, upstream_id: `chatcmpl-${id.slice(-8)}`, api_type: "completions", created_at: new Date(created).toISOString(), model: served.id,
    provider_name: provider.name, router: null, preset_id: null, app_id: null, streamed: sequence % 3 !== 0, cancelled: false,
    finish_reason: reason, native_finish_reason: reason === "stop" ? "end_turn" : reason, latency, generation_time: total, moderation_latency: null,
    tokens_prompt: input, tokens_completion: output, native_tokens_prompt: input, native_tokens_completion: output,
    native_tokens_reasoning: served.reasoning ? Math.round(output / 3) : 0, native_tokens_cached: sequence % 4 ? 0 : Math.round(input / 2),
    native_tokens_completion_images: null, num_media_prompt: null, num_input_audio_prompt: null, num_media_completion: null, num_search_results: null,
    num_fetches: null, web_search_engine: null, total_cost: cost, usage: cost, cache_discount: null, upstream_inference_cost: null, is_byok: false,
    service_tier: null, data_region: "global", origin: "https://app.example", http_referer: null, user_agent: "openai-python/3.1", external_user: null,
    session_id: null, request_id: null, response_cache_source_id: null, workspace_id: "01934a7e-8f1c-7b7e-9a52-3f1d3f0a9c11",
    provider_responses: [...(retried ? [failed] : []), { provider_name: provider.name, status: reason === "error" ? 502 : 200, latency, endpoint_id: provider.slug, model_permaslug: served.canonical_slug, is_byok: false }],
    ...overrides,
  };
}

export const generations = Array.from({ length: 137 }, (_, index) => generation(index * index * 9_000 + 4_000));

const apiKey = (name, letter, more = {}) => ({
  hash: letter.repeat(64), name, label: `sk-pb-v1-${letter}7c…${letter}9e2`, disabled: false, limit: null, limit_remaining: null, limit_reset: null, include_byok_in_limit: false,
  usage: 12.400291, usage_daily: 0.4, usage_weekly: 2.1, usage_monthly: 9, byok_usage: 0, byok_usage_daily: 0, byok_usage_weekly: 0, byok_usage_monthly: 0,
  created_at: new Date(Date.now() - 864e5 * 12).toISOString(), updated_at: null, expires_at: null, creator_user_id: null, workspace_id: "01934a7e-8f1c-7b7e-9a52-3f1d3f0a9c11", ...more,
});
export const keys = [
  apiKey("Support assistant", "a", { limit: 50, limit_remaining: 37.5, limit_reset: "monthly" }),
  apiKey("Nightly report", "b", { limit: 5, limit_remaining: 0.21, limit_reset: "daily", expires_at: new Date(Date.now() + 864e5 * 20).toISOString() }),
  apiKey("Ana, laptop", "c"),
  apiKey("Old prototype", "d", { disabled: true, usage: 0.000412 }),
];
export { apiKey };
