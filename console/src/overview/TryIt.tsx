import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Model } from "../api/types";
import { cost } from "../format/money";
import { count, milliseconds, speed } from "../format/numbers";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { ArrowIcon, PlayIcon, StopIcon } from "../ui/icons";
import { type Run, useChat } from "./chat";
import { ModelChooser } from "./ModelChooser";

/** A small chat box that shows the tokens as they arrive, and then who answered and what it cost. */
export function TryIt({ models, model, onModel, disabled }: { models: Model[]; model: string; onModel: (slug: string) => void; disabled: boolean }) {
  const queries = useQueryClient();
  const { run, start, stop } = useChat();
  const [prompt, setPrompt] = useState("Explain in three sentences what a patch bay is.");
  const output = useRef<HTMLDivElement>(null);
  const running = run.state === "waiting" || run.state === "streaming";

  useEffect(() => {
    output.current?.scrollTo({ top: output.current.scrollHeight });
  }, [run.text, run.reasoning]);

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    if (running || disabled || !prompt.trim() || !model) {
      return;
    }
    await start(model, prompt);
    await Promise.all([queries.invalidateQueries({ queryKey: ["generations"] }), queries.invalidateQueries({ queryKey: ["today"] })]);
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      void submit();
    }
  }

  return (
    <Card className="flex flex-col">
      <form onSubmit={submit} className="flex flex-col gap-3 p-4">
        <ModelChooser models={models} value={model} onChange={onModel} />
        <div>
          <label htmlFor="try-prompt" className="label">Message</label>
          <textarea id="try-prompt" rows={2} value={prompt} onChange={(event) => setPrompt(event.target.value)} onKeyDown={onKey} className="field mt-1 block h-auto w-full resize-none py-2 leading-normal" />
        </div>
        <div className="flex items-center justify-between gap-3">
          <p className="text-xs text-faint">{disabled ? "Needs a key." : <span className="hidden sm:inline">Ctrl + Enter sends.</span>}</p>
          {running
            ? <Button onClick={stop}><StopIcon className="size-4" />Stop</Button>
            : <Button type="submit" kind="primary" disabled={disabled || !model}><PlayIcon className="size-3.5" />Send</Button>}
        </div>
      </form>
      <div ref={output} tabIndex={0} role="region" aria-label="Answer" aria-busy={running} className="h-40 flex-1 overflow-y-auto border-t border-line px-4 py-3 text-sm leading-relaxed whitespace-pre-wrap outline-offset-[-3px] lg:min-h-0">
        <Answer run={run} />
      </div>
      <Outcome run={run} />
    </Card>
  );
}

function Answer({ run }: { run: Run }) {
  if (run.state === "idle") {
    return <span className="text-faint">The answer appears here, token by token.</span>;
  }
  if (run.state === "waiting") {
    return <span className="text-faint">Waiting for the first token<span className="caret">…</span></span>;
  }
  return (
    <>
      {run.reasoning && <span className="mb-2 block border-l-2 border-line pl-3 text-faint">{run.reasoning}</span>}
      {run.text}
      {run.state === "streaming" && <span aria-hidden="true" className="caret ml-0.5 inline-block h-4 w-1.5 translate-y-0.5 bg-accent" />}
      {run.error && <span role="alert" className="mt-2 block text-bad">{run.error}</span>}
    </>
  );
}

function Outcome({ run }: { run: Run }) {
  const seconds = run.total !== null && run.firstToken !== null ? (run.total - run.firstToken) / 1000 : null;
  const facts: Array<[string, string]> = [
    ["Provider", run.provider ?? "–"],
    ["Tokens", run.usage ? `${count(run.usage.prompt_tokens)} → ${count(run.usage.completion_tokens)}` : "–"],
    ["Cost", cost(run.usage?.cost)],
    ["First token", milliseconds(run.firstToken)],
    ["Speed", run.usage && seconds ? speed(run.usage.completion_tokens / seconds) : "–"],
  ];
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-2 border-t border-line px-4 py-3 sm:flex sm:flex-wrap sm:items-end">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <p className="text-xs text-faint">{name}</p>
          <p className="truncate text-sm font-medium">{value}</p>
        </div>
      ))}
      <div className="self-end sm:ml-auto">
        {run.id && run.state === "done"
          ? <Link to="/generations" search={{ id: run.id }} className="inline-flex items-center gap-1 text-sm font-medium text-accent hover:underline">Generation<ArrowIcon className="size-3.5" /></Link>
          : <span className="inline-flex items-center gap-1 text-sm text-faint">Generation<ArrowIcon className="size-3.5" /></span>}
      </div>
    </div>
  );
}
