// The same request, written once with the API's own names, sent by each of the three clients, whole and streamed.
import { OpenRouter } from "@openrouter/sdk";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { createOpenRouter as createOpenRouter2 } from "ai-sdk-provider-2";
import * as ai7 from "ai";
import * as ai6 from "ai-6";

const { BASE_URL: baseURL, API_KEY: apiKey } = process.env;

// The AI SDK warns of old versions on the console.
globalThis.AI_SDK_LOG_WARNINGS = false;

export const connect = (key = apiKey) => new OpenRouter({ apiKey: key, serverURL: baseURL, retryConfig: { strategy: "none" } });

// The SDK wants its own spelling of names; it writes the API's when it sends them.
const camel = (value) => {
  if (Array.isArray(value)) {
    return value.map(camel);
  }
  return value === null || typeof value !== "object" ? value : Object.fromEntries(Object.entries(value).map(
    ([name, inner]) => [name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()), camel(inner)]));
};

// What was told of the way, in one form for every client.
const route = (metadata) => metadata && {
  requested: metadata.requested,
  strategy: metadata.strategy,
  summary: metadata.summary,
  attempt: metadata.attempt,
  attempts: (metadata.attempts ?? []).map((attempt) => [attempt.provider, attempt.status]),
  available: metadata.endpoints.available.map((endpoint) => endpoint.provider),
  served: metadata.endpoints.available.find((endpoint) => endpoint.selected)?.provider ?? null,
  pipeline: (metadata.pipeline ?? []).map((stage) => [stage.type, stage.name]),
};

const options = (headers) => ({ fetchOptions: { headers: { ...headers } } });

async function sdkWhole({ prompt, key, headers, ...body }) {
  const answer = await connect(key).chat.send({
    xOpenRouterMetadata: "enabled",
    chatRequest: { messages: [{ role: "user", content: prompt ?? "Hello" }], ...camel(body), stream: false },
  }, options(headers));
  return {
    id: answer.id,
    model: answer.model,
    text: answer.choices[0].message.content ?? "",
    finish: answer.choices[0].finishReason,
    tools: (answer.choices[0].message.toolCalls ?? []).map((call) => call.function.name),
    cost: answer.usage.cost,
    tokens: [answer.usage.promptTokens, answer.usage.completionTokens],
    tier: answer.serviceTier ?? null,
    route: route(answer.openrouterMetadata),
  };
}

async function sdkStream({ prompt, key, headers, ...body }) {
  const stream = await connect(key).chat.send({
    xOpenRouterMetadata: "enabled",
    chatRequest: { messages: [{ role: "user", content: prompt ?? "Hello" }], ...camel(body), stream: true },
  }, options(headers));
  const result = { text: "", finish: null, tools: [], partial: "" };
  for await (const chunk of stream) {
    result.id ??= chunk.id;
    result.model = chunk.model;
    for (const choice of chunk.choices) {
      result.text += choice.delta.content ?? "";
      result.tools.push(...(choice.delta.toolCalls ?? []).map((call) => call.function?.name).filter(Boolean));
      result.finish = choice.finishReason ?? result.finish;
    }
    if (chunk.usage) {
      result.cost = chunk.usage.cost;
      result.tokens = [chunk.usage.promptTokens, chunk.usage.completionTokens];
    }
    result.tier = chunk.serviceTier ?? result.tier ?? null;
    result.route = route(chunk.openrouterMetadata) ?? result.route;
    if (chunk.error) {
      throw Object.assign(new Error(chunk.error.message), { statusCode: chunk.error.code, partial: result.text, chunk });
    }
  }
  return result;
}

const model = (create, { model: slug, key, headers }) => create({
  apiKey: key ?? apiKey,
  baseURL,
  headers: { "X-OpenRouter-Metadata": "enabled", ...headers },
}).chat(slug, { usage: { include: true } });

const call = (ai, create, request) => {
  const { prompt, key, headers, model: slug, tools, ...body } = request;
  return {
    model: model(create, request),
    prompt: prompt ?? "Hello",
    maxRetries: 0,
    providerOptions: { openrouter: body },
    ...(tools && { tools: Object.fromEntries(tools.map((one) => [one.function.name, ai.tool({
      description: one.function.description, inputSchema: ai.jsonSchema(one.function.parameters),
    })])) }),
  };
};

const aiWhole = (ai, create) => async (request) => {
  const answer = await ai.generateText({ ...call(ai, create, request), include: { responseBody: true } });
  const told = answer.providerMetadata.openrouter;
  return {
    id: answer.response.id,
    model: answer.response.modelId,
    text: answer.text,
    finish: answer.finishReason,
    tools: answer.toolCalls.map((one) => one.toolName),
    cost: told.usage.cost,
    tokens: [answer.usage.inputTokens, answer.usage.outputTokens],
    provider: told.provider,
    tier: answer.response.body.service_tier ?? null,
    route: route(answer.response.body.openrouter_metadata),
  };
};

const aiStream = (ai, create) => async (request) => {
  const result = { text: "", tools: [] };
  const stream = ai.streamText({ ...call(ai, create, request), includeRawChunks: true, include: { rawChunks: true }, onError: () => {} });
  for await (const part of stream.fullStream) {
    switch (part.type) {
      case "text-delta": result.text += part.text; break;
      case "tool-call": result.tools.push(part.toolName); break;
      case "raw":
        result.route = route(part.rawValue.openrouter_metadata) ?? result.route;
        result.tier = part.rawValue.service_tier ?? result.tier ?? null;
        break;
      case "finish-step":
        Object.assign(result, {
          id: part.response.id,
          model: part.response.modelId,
          finish: part.finishReason,
          cost: part.providerMetadata.openrouter.usage.cost,
          tokens: [part.usage.inputTokens, part.usage.outputTokens],
          provider: part.providerMetadata.openrouter.provider,
        });
        break;
      case "error":
        throw Object.assign(part.error instanceof Error ? part.error : new Error(part.error?.message ?? String(part.error)), { partial: result.text });
    }
  }
  return result;
};

export const clients = {
  "sdk": sdkWhole,
  "sdk-stream": sdkStream,
  "ai7": aiWhole(ai7, createOpenRouter),
  "ai7-stream": aiStream(ai7, createOpenRouter),
  "ai6": aiWhole(ai6, createOpenRouter2),
  "ai6-stream": aiStream(ai6, createOpenRouter2),
};

/** What a caller of the client is told of what went wrong. */
function failure(error) {
  const body = JSON.parse(error.body ?? error.responseBody ?? "null");
  return {
    class: error.name,
    status: error.statusCode ?? null,
    message: error.message,
    cause: error.cause?.message ?? null,
    code: error.error?.code ?? error.data?.error?.code ?? null,
    param: body?.error?.param ?? null,
    availability: body?.error?.availability ?? null,
    errorType: body?.error?.metadata?.error_type ?? error.chunk?.error?.metadata?.errorType ?? null,
    retryAfter: error.headers?.get?.("retry-after") ?? error.responseHeaders?.["retry-after"] ?? null,
    route: route(body?.openrouter_metadata),
    partial: error.partial ?? null,
  };
}

export async function outcome(run) {
  try {
    return { result: await run() };
  } catch (error) {
    return { error: failure(error) };
  }
}
