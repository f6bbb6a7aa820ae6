import { useCallback, useRef, useState } from "react";
import { ApiError, send } from "../api/client";
import { eventData } from "../api/stream";
import type { StreamChunk, Usage } from "../api/types";

export interface Run {
  state: "idle" | "waiting" | "streaming" | "done" | "failed";
  text: string;
  reasoning: string;
  provider: string | null;
  id: string | null;
  usage: Usage | null;
  /** Milliseconds from the click to the first token and to the end. */
  firstToken: number | null;
  total: number | null;
  error: string | null;
}

const IDLE: Run = { state: "idle", text: "", reasoning: "", provider: null, id: null, usage: null, firstToken: null, total: null, error: null };

/** Streams one answer at a time. */
export function useChat() {
  const [run, setRun] = useState<Run>(IDLE);
  const abort = useRef<AbortController | null>(null);

  const stop = useCallback(() => abort.current?.abort(), []);

  const start = useCallback(async (model: string, prompt: string) => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    const began = performance.now();
    setRun({ ...IDLE, state: "waiting" });
    const update = (change: (run: Run) => Run) => abort.current === controller && setRun(change);
    try {
      const response = await send("/chat/completions", {
        method: "POST",
        signal: controller.signal,
        body: { model, stream: true, messages: [{ role: "user", content: prompt }] },
      });
      if (!response.body) {
        throw new ApiError(response.status, "The answer has no body.");
      }
      for await (const data of eventData(response.body)) {
        const chunk = JSON.parse(data) as StreamChunk;
        const elapsed = performance.now() - began;
        update((current) => advance(current, chunk, elapsed));
      }
      const total = performance.now() - began;
      update((current) => (current.error ? { ...current, total } : { ...current, state: "done", total }));
    } catch (cause) {
      const total = performance.now() - began;
      if (controller.signal.aborted) {
        update((current) => ({ ...current, state: "done", total, error: "Stopped." }));
      } else {
        update((current) => ({ ...current, state: "failed", total, error: (cause as Error).message }));
      }
    }
  }, []);

  return { run, start, stop };
}

function advance(run: Run, chunk: StreamChunk, elapsed: number): Run {
  const delta = chunk.choices[0]?.delta;
  const text = delta?.content ?? "";
  const reasoning = delta?.reasoning ?? "";
  const next: Run = {
    ...run,
    text: run.text + text,
    reasoning: run.reasoning + reasoning,
    provider: chunk.provider ?? run.provider,
    id: chunk.id || run.id,
    usage: chunk.usage ?? run.usage,
    firstToken: run.firstToken ?? (text || reasoning ? elapsed : null),
    state: text || reasoning ? "streaming" : run.state,
  };
  return chunk.error ? { ...next, state: "failed", error: chunk.error.message } : next;
}
