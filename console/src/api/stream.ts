/** Reads the `data:` payloads of a server-sent event stream up to `[DONE]`; comments and other fields are skipped. */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let pending = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      pending += done ? "\n\n" : value;
      const lines = pending.split(/\r\n|\n/);
      pending = done ? "" : (lines.pop() ?? "");
      for (const line of lines) {
        if (line.startsWith("data:")) {
          data.push(line.slice(line.charAt(5) === " " ? 6 : 5));
        } else if (line === "" && data.length > 0) {
          const payload = data.join("\n");
          data = [];
          if (payload === "[DONE]") {
            return;
          }
          yield payload;
        }
      }
      if (done) {
        return;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
