// Prints of every model in MODELS and every client what it was told.
import { clients, outcome } from "./clients.mjs";

const results = {};
for (const [client, send] of Object.entries(clients)) {
  results[client] = {};
  for (const model of JSON.parse(process.env.MODELS)) {
    results[client][model] = await outcome(() => send({ model }));
  }
}
process.stdout.write(JSON.stringify(results));
