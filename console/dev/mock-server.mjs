// A stand-in for the server, only for development: `npm run mock`, then `npm run dev`, or open it directly after a build.
// PORT (8080), DEMO=0 and KEY=none (an expired session) change what it plays.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as data from "./mock-data.mjs";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const policy = "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const started = new Date().toISOString();
const words = "A patch bay is a panel of sockets that brings every cable of a studio to one place. With short cables you join any source to any destination, without crawling behind the machines. When one device fails, you pull one plug and push it in next door, and the music goes on.".split(" ");

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://mock");
  if (!url.pathname.startsWith("/api/v1/")) {
    return serveFile(url.pathname, response);
  }
  const path = url.pathname.slice("/api/v1".length);
  let body = "";
  request.on("data", (piece) => (body += piece));
  request.on("end", () => answer(request, response, path, url.searchParams, body ? JSON.parse(body) : {}));
});

server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => process.stdout.write(`mock on http://127.0.0.1:${server.address().port}\n`));

function answer(request, response, path, query, body) {
  const json = (value, status = 200) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(value));
  };
  const fail = (status, message) => json({ error: { code: status, message } }, status);
  const page = (list, limit) => list.slice(Number(query.get("offset") ?? 0)).slice(0, Number(query.get("limit") ?? limit));
  const parts = path.split("/").slice(1).map(decodeURIComponent);
  const find = (author, slug) => data.models.find((model) => model.id === `${author}/${slug}`);

  if (path === "/system") {
    return json({ data: { name: "Patchbay", version: "1.0.0", mode: "team", demo: process.env.DEMO !== "0", database: "sqlite", started_at: started, docs: { openapi: "/openapi.json" } } });
  }
  if (path === "/models") {
    return json({ data: page(data.models, 500), total_count: data.models.length, links: { next: null } });
  }
  if (path === "/models/count") {
    return json({ data: { count: data.models.length } });
  }
  if (parts[0] === "model" || parts[3] === "endpoints") {
    const model = find(parts[1], parts[2]);
    if (!model) {
      return fail(404, "There is no such model.");
    }
    return json({ data: parts[0] === "model" ? model : { ...model, endpoints: data.endpoints(model) } });
  }
  if (path === "/providers") {
    return json({ data: data.providers });
  }
  if (!/^Bearer sk-pb-/.test(request.headers.authorization ?? "") || process.env.KEY === "none") {
    return fail(401, "This key is unknown.");
  }
  if (path === "/key") {
    return json({ data: { ...data.keys[0], is_management_key: false, is_free_tier: false } });
  }
  if (path === "/generations") {
    return json({ data: page(data.generations, 50), total_count: data.generations.length });
  }
  if (path === "/generation") {
    const found = data.generations.find((generation) => generation.id === query.get("id"));
    return found ? json({ data: found }) : fail(404, "There is no such generation.");
  }
  if (parts[0] === "keys") {
    return answerKeys(request.method, parts[1], body, json, fail);
  }
  if (path === "/chat/completions") {
    return stream(response, body);
  }
  fail(404, "There is no such operation.");
}

function answerKeys(method, hash, body, json, fail) {
  if (!hash && method === "POST") {
    const key = `sk-pb-v1-${randomBytes(24).toString("hex")}`;
    const made = { ...data.apiKey(body.name, "e", { limit: body.limit, limit_remaining: body.limit, limit_reset: body.limit_reset, expires_at: body.expires_at, usage: 0, created_at: new Date().toISOString() }), hash: createHash("sha256").update(key).digest("hex") };
    data.keys.unshift(made);
    return json({ data: made, key }, 201);
  }
  if (!hash) {
    return json({ data: data.keys });
  }
  const index = data.keys.findIndex((item) => item.hash === hash);
  if (index < 0) {
    return fail(404, "There is no such key.");
  }
  if (method === "DELETE") {
    data.keys.splice(index, 1);
    return json({ deleted: true });
  }
  Object.assign(data.keys[index], method === "PATCH" ? body : {});
  return json({ data: data.keys[index] });
}

function stream(response, { model }) {
  const cost = 0.000012345;
  const made = data.generation(0, { model, provider_name: "Harbor Cloud", finish_reason: "stop", tokens_prompt: 18, tokens_completion: words.length, total_cost: cost, usage: cost });
  const frame = (more) => `data: ${JSON.stringify({ id: made.id, object: "chat.completion.chunk", created: 1, model, provider: "Harbor Cloud", choices: [], ...more })}\n\n`;
  response.writeHead(200, { "Content-Type": "text/event-stream", "X-Generation-Id": made.id });
  response.write(": OPENROUTER PROCESSING\n\n");
  let at = 0;
  const timer = setInterval(() => {
    if (at < words.length) {
      response.write(frame({ choices: [{ index: 0, delta: { role: "assistant", content: `${at ? " " : ""}${words[at++]}` }, finish_reason: null }] }));
      return;
    }
    clearInterval(timer);
    data.generations.unshift(made);
    response.write(frame({ usage: { prompt_tokens: 18, completion_tokens: words.length, total_tokens: 18 + words.length, cost } }));
    response.end("data: [DONE]\n\n");
  }, 25);
  response.on("close", () => clearInterval(timer));
}

function serveFile(pathname, response) {
  const wanted = join(dist, normalize(pathname));
  const file = wanted.startsWith(dist) && existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, "index.html");
  if (!existsSync(file)) {
    response.writeHead(404, { "Content-Type": "text/plain" });
    return response.end("Run `npm run build` first.\n");
  }
  response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": policy });
  createReadStream(file).pipe(response);
}
