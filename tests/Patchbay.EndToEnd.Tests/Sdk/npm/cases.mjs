// The openai SDK as it is, against BASE_URL. Prints one JSON object: a result or an error for each case.
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

const { BASE_URL: baseURL, API_KEY: apiKey, POOR_KEY: poorKey, LIMITED: limited } = process.env;
const connect = (key) => new OpenAI({ baseURL, apiKey: key, maxRetries: 0 });
const client = connect(apiKey);
const hello = [{ role: "user", content: "Hello" }];
const city = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const tools = ["get_weather", "get_time"].map((name) => ({
  type: "function",
  function: { name, description: name, parameters: city },
}));

const cases = {
  async chat() {
    const answer = await client.chat.completions.create({ model: "sdk/chat", messages: hello });
    return { id: answer.id, model: answer.model, choice: answer.choices[0], usage: answer.usage };
  },
  async stream() {
    const chunks = [];
    const stream = await client.chat.completions.create({
      model: "sdk/chat", messages: hello, stream: true, stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      chunks.push(chunk);
    }
    return {
      ids: [...new Set(chunks.map((chunk) => chunk.id))],
      text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""),
      finish: chunks.map((chunk) => chunk.choices[0]?.finish_reason).filter(Boolean),
      usages: chunks.filter((chunk) => chunk.usage).map((chunk) => chunk.usage),
      last: chunks.at(-1).choices.length,
    };
  },
  async streamHelper() {
    const events = [];
    const stream = client.chat.completions.stream({ model: "sdk/chat", messages: hello, stream_options: { include_usage: true } })
      .on("content", (delta) => events.push(delta));
    const answer = await stream.finalChatCompletion();
    return { deltas: events.length, text: answer.choices[0].message.content, joined: events.join(""), usage: answer.usage };
  },
  async tool() {
    const asked = await client.chat.completions.create({ model: "sdk/chat", messages: hello, tools: [tools[0]], tool_choice: "required" });
    const message = asked.choices[0].message;
    const answered = await client.chat.completions.create({
      model: "sdk/chat",
      messages: [...hello, message, { role: "tool", tool_call_id: message.tool_calls[0].id, content: "21 degrees" }],
      tools: [tools[0]],
    });
    return { finish: asked.choices[0].finish_reason, calls: message.tool_calls, answer: answered.choices[0] };
  },
  async runTools() {
    const seen = [];
    const runner = client.chat.completions.runTools({
      model: "sdk/chat",
      messages: hello,
      tool_choice: { type: "function", function: { name: "get_weather" } },
      tools: [{
        type: "function",
        function: {
          name: "get_weather",
          parameters: city,
          parse: JSON.parse,
          function: (parameters) => {
            seen.push(parameters);
            return "21 degrees";
          },
        },
      }],
    });
    await runner.done();
    return { seen, roles: runner.messages.map((message) => message.role) };
  },
  async parallel() {
    const whole = await client.chat.completions.create({ model: "sdk/parallel", messages: hello, tools });
    const streamed = client.chat.completions.stream({ model: "sdk/parallel", messages: hello, tools });
    let pieces = 0;
    streamed.on("tool_calls.function.arguments.delta", () => pieces++);
    const final = await streamed.finalChatCompletion();
    const brief = (answer) => answer.choices[0].message.tool_calls.map((call) => [call.function.name, call.function.arguments]);
    return { whole: brief(whole), streamed: brief(final), pieces, finish: final.choices[0].finish_reason };
  },
  async structured() {
    const answer = await client.chat.completions.parse({
      model: "sdk/chat",
      messages: hello,
      response_format: zodResponseFormat(z.object({ name: z.string(), people: z.number().int() }), "city"),
    });
    return { parsed: answer.choices[0].message.parsed };
  },
  unauthorized: () => connect("sk-pb-v1-wrong").chat.completions.create({ model: "sdk/chat", messages: hello }),
  unauthorizedStream: () => connect("sk-pb-v1-wrong").chat.completions.create({ model: "sdk/chat", messages: hello, stream: true }),
  invalid: () => client.chat.completions.create({ model: "sdk/chat", messages: hello, temperature: 3 }),
  poor: () => connect(poorKey).chat.completions.create({ model: "sdk/chat", messages: hello }),
  unknownModel: () => client.chat.completions.create({ model: "sdk/no-such-model", messages: hello }),
  rejected: () => client.chat.completions.create({ model: "sdk/rejects", messages: hello }),
  failed: () => client.chat.completions.create({ model: "sdk/fails", messages: hello }),
  limited: () => client.chat.completions.create({ model: limited, messages: hello }),
  breaks: () => drain("sdk/breaks"),
  cut: () => drain("sdk/cut"),
  async abort() {
    const stream = await client.chat.completions.create({ model: "sdk/slow", messages: hello, stream: true });
    let seen = 0;
    let id = "";
    for await (const chunk of stream) {
      id = chunk.id;
      if (++seen === 5) {
        stream.controller.abort();
      }
    }
    return { id, seen };
  },
  async models() {
    const ids = [];
    for await (const model of client.models.list()) {
      ids.push(model.id);
    }
    return { ids };
  },
};

let partial = "";
async function drain(model) {
  partial = "";
  let finish = null;
  const stream = await client.chat.completions.create({ model, messages: hello, stream: true });
  for await (const chunk of stream) {
    partial += chunk.choices[0]?.delta.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
  }
  return { finish };
}

const results = {};
for (const [name, run] of Object.entries(cases)) {
  try {
    results[name] = { result: await run() };
  } catch (error) {
    results[name] = {
      error: {
        class: error.constructor.name,
        status: error.status ?? null,
        code: error.code ?? null,
        param: error.param ?? null,
        type: error.type ?? null,
        message: error.message,
        retryAfter: error.headers?.get?.("retry-after") ?? null,
        partial,
      },
    };
  }
}
process.stdout.write(JSON.stringify(results));
