import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Generation } from "../api/types";
import { cost } from "../format/money";
import { count, milliseconds, speed } from "../format/numbers";
import { ago, moment } from "../format/time";
import { Badge, type Tone } from "../ui/Badge";

/** Output tokens a second over the whole request. */
export function speedOf(generation: Generation): number | null {
  const { tokens_completion: output, generation_time: time } = generation;
  return output && time ? (output * 1000) / time : null;
}

const tones: Record<string, Tone> = { stop: "plain", tool_calls: "accent", length: "warn", content_filter: "warn", error: "bad" };

export function Finish({ generation }: { generation: Generation }) {
  if (generation.cancelled) {
    return <Badge tone="warn">cancelled</Badge>;
  }
  const reason = generation.finish_reason;
  return reason ? <Badge tone={tones[reason] ?? "plain"}>{reason}</Badge> : <span className="text-faint">–</span>;
}

/** Requests, newest first. A row opens its details. */
export function GenerationTable({ generations, brief = false }: { generations: Generation[]; brief?: boolean }) {
  const now = useNow();
  return (
    <>
      <table className="hidden w-full table-fixed text-sm lg:table">
        <colgroup>
          <col className="w-[10%]" /><col /><col className="w-[15%]" /><col className="w-[13%]" /><col className="w-[12%]" /><col className="w-[9%]" />
          {!brief && <col className="w-[9%]" />}
          <col className="w-[10%]" />
        </colgroup>
        <thead className="border-b border-line bg-sunken text-left text-xs text-soft">
          <tr>
            {["When", "Model", "Provider"].map((name) => <th key={name} scope="col" className="px-3 py-2.5 first:pl-4 font-medium">{name}</th>)}
            {["Tokens", "Cost", "First token", ...(brief ? [] : ["Speed"])].map((name) => <th key={name} scope="col" className="px-3 py-2.5 first:pl-4 text-right font-medium">{name}</th>)}
            <th scope="col" className="px-3 py-2.5 first:pl-4 font-medium">Finish</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {generations.map((generation) => (
            <tr key={generation.id} className="relative hover:bg-sunken">
              <td className="truncate px-3 py-2.5 first:pl-4 whitespace-nowrap text-soft" title={moment(generation.created_at)}>{ago(generation.created_at, now)}</td>
              <td className="px-3 py-2.5 first:pl-4"><RowLink generation={generation} /></td>
              <td className="truncate px-3 py-2.5 first:pl-4" title={generation.provider_name ?? undefined}><Provider generation={generation} /></td>
              <td className="px-3 py-2.5 first:pl-4 text-right whitespace-nowrap">{count(generation.tokens_prompt)} <span className="text-faint">→</span> {count(generation.tokens_completion)}</td>
              <td className="px-3 py-2.5 first:pl-4 text-right">{cost(generation.total_cost)}</td>
              <td className="px-3 py-2.5 first:pl-4 text-right">{milliseconds(generation.latency)}</td>
              {!brief && <td className="px-3 py-2.5 first:pl-4 text-right whitespace-nowrap">{speed(speedOf(generation))}</td>}
              <td className="px-3 py-2.5 first:pl-4"><Finish generation={generation} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="divide-y divide-line lg:hidden">
        {generations.map((generation) => (
          <li key={generation.id} className="relative px-4 py-3 text-sm">
            <div className="flex items-baseline justify-between gap-3">
              <RowLink generation={generation} />
              <span className="shrink-0">{cost(generation.total_cost)}</span>
            </div>
            <div className="mt-1 flex items-center justify-between gap-3 text-soft">
              <span className="truncate"><Provider generation={generation} /> · {count(generation.tokens_prompt)} → {count(generation.tokens_completion)} tokens</span>
              <Finish generation={generation} />
            </div>
            <p className="mt-0.5 text-xs text-faint">{ago(generation.created_at, now)} · first token {milliseconds(generation.latency)} · {speed(speedOf(generation))}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The link covers its row. */
function RowLink({ generation }: { generation: Generation }) {
  return (
    <Link to="/generations" search={(old: { page?: number }) => ({ page: old.page, id: generation.id })} resetScroll={false} className="block truncate font-medium after:absolute after:inset-0 hover:text-accent" title={generation.model}>
      {generation.model}
    </Link>
  );
}

function Provider({ generation }: { generation: Generation }) {
  const attempts = generation.provider_responses?.length ?? 0;
  return (
    <>
      {generation.provider_name ?? "–"}
      {attempts > 1 && <span className="ml-1.5 text-xs text-warn" title={`Attempt ${attempts} served`}>↻ {attempts}</span>}
    </>
  );
}

export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
