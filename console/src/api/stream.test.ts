import { expect, test } from "vitest";
import { eventData } from "./stream";

async function read(...pieces: string[]): Promise<string[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) {
        controller.enqueue(encoder.encode(piece));
      }
      controller.close();
    },
  });
  const seen: string[] = [];
  for await (const data of eventData(body)) {
    seen.push(data);
  }
  return seen;
}

test("events are found wherever the network cuts them", async () => {
  expect(await read('data: {"a"', ":1}\n", '\ndata: {"b":2}\r\n\r\nda', "ta: [DONE]\n\n")).toEqual(['{"a":1}', '{"b":2}']);
});

test("keep-alive comments and other fields are skipped", async () => {
  expect(await read(": PROCESSING\n\nevent: x\nid: 1\ndata: one\n\n: PROCESSING\n\ndata: [DONE]\n\n")).toEqual(["one"]);
});

test("nothing is read after the end", async () => {
  expect(await read("data: one\n\ndata: [DONE]\n\ndata: two\n\n")).toEqual(["one"]);
});

test("a stream cut in mid-event still gives what arrived whole", async () => {
  expect(await read("data: one\n\ndata: tw")).toEqual(["one", "tw"]);
});
