import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { generationQuery } from "../api/queries";
import type { Attempt, Generation } from "../api/types";
import { cost } from "../format/money";
import { count, milliseconds, speed } from "../format/numbers";
import { moment } from "../format/time";
import { Badge } from "../ui/Badge";
import { Copyable } from "../ui/Copy";
import { FactList } from "../ui/Facts";
import { Failure, SkeletonRows } from "../ui/Feedback";
import { Finish, speedOf } from "./GenerationTable";

/** Everything that is known about one request. */
export function GenerationDetails({ id, known }: { id: string; known?: Generation }) {
  const { data, error, refetch } = useQuery({ ...generationQuery(id), initialData: known });
  if (error) {
    return <Failure error={error} retry={() => void refetch()} />;
  }
  return data ? <Details generation={data} /> : <SkeletonRows rows={12} />;
}

function Details({ generation: g }: { generation: Generation }) {
  const [author = "", slug = ""] = g.model.split("/");
  const some = (value: number | null | undefined) => (value ? count(value) : null);
  return (
    <div className="space-y-7">
      <div>
        <div className="flex items-start justify-between gap-3">
          <Link to="/models/$author/$slug" params={{ author, slug }} className="text-lg font-semibold tracking-tight break-all hover:text-accent">{g.model}</Link>
          <span className="pt-1"><Finish generation={g} /></span>
        </div>
        <p className="text-sm text-soft">{moment(g.created_at)}</p>
        <Copyable text={g.id} label="Copy the id" className="mt-3" />
      </div>
      <div className="grid grid-cols-[1.5fr_1fr_1fr] divide-x divide-line rounded-lg border border-line">
        {([["Cost", cost(g.total_cost)], ["First token", milliseconds(g.latency)], ["Speed", speed(speedOf(g))]] as const).map(([name, value]) => (
          <div key={name} className="min-w-0 px-3 py-2.5">
            <p className="text-xs text-faint">{name}</p>
            <p className="truncate font-semibold" title={value}>{value}</p>
          </div>
        ))}
      </div>
      <Timing generation={g} />
      <Part title="Attempts"><Attempts attempts={g.provider_responses ?? []} /></Part>
      <Part title="Tokens">
        <FactList facts={[
          ["Input", count(g.tokens_prompt)],
          ["of these cached", some(g.native_tokens_cached)],
          ["Output", count(g.tokens_completion)],
          ["of these reasoning", some(g.native_tokens_reasoning)],
          ["Counted by the provider", g.native_tokens_prompt !== null && g.native_tokens_prompt !== g.tokens_prompt ? `${count(g.native_tokens_prompt)} → ${count(g.native_tokens_completion)}` : null],
          ["Media in / out", g.num_media_prompt || g.num_media_completion ? `${count(g.num_media_prompt ?? 0)} / ${count(g.num_media_completion ?? 0)}` : null],
          ["Searches", some(g.num_search_results)],
        ]} />
      </Part>
      <Part title="Money">
        <FactList facts={[
          ["Charged", cost(g.total_cost)],
          ["Saved by the cache", g.cache_discount ? cost(g.cache_discount) : null],
          ["Paid to the provider directly", g.upstream_inference_cost ? cost(g.upstream_inference_cost) : null],
          ["Own provider key", g.is_byok ? "Yes" : "No"],
        ]} />
      </Part>
      <Part title="Request">
        <FactList facts={[
          ["Provider", g.provider_name],
          ["Streamed", g.streamed === null ? null : g.streamed ? "Yes" : "No"],
          ["Kind", g.api_type],
          ["Finish reason of the provider", g.native_finish_reason],
          ["Provider's id", mono(g.upstream_id)],
          ["Router", g.router],
          ["Preset", g.preset_id],
          ["Service tier", g.service_tier],
          ["Region", g.data_region],
          ["Session", mono(g.session_id)],
          ["Request id", mono(g.request_id)],
          ["Replayed from", mono(g.response_cache_source_id)],
          ["End user", g.external_user],
          ["Program", g.origin || null],
          ["Referer", g.http_referer],
          ["User agent", g.user_agent],
          ["Workspace", mono(g.workspace_id)],
        ]} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function mono(value: string | null | undefined): ReactNode {
  return value ? <span className="font-mono text-xs break-all">{value}</span> : null;
}

/** How the time was spent: waiting for the first token, then writing. */
function Timing({ generation }: { generation: Generation }) {
  const { latency, generation_time: total } = generation;
  if (latency === null || !total) {
    return null;
  }
  const share = Math.min(100, (latency / total) * 100);
  return (
    <div>
      <svg viewBox="0 0 100 3" preserveAspectRatio="none" className="h-2 w-full overflow-hidden rounded-full" role="img" aria-label={`${milliseconds(latency)} waiting, ${milliseconds(total)} in all`}>
        <rect width="100" height="3" className="fill-accent" />
        <rect width={share} height="3" className="fill-line-strong" />
      </svg>
      <div className="mt-1.5 flex justify-between text-xs text-faint">
        <span>{milliseconds(latency)} waiting</span>
        <span>{milliseconds(total)} in all</span>
      </div>
    </div>
  );
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  if (attempts.length === 0) {
    return <p className="text-sm text-soft">None was recorded.</p>;
  }
  return (
    <ol className="relative">
      {attempts.map((attempt, index) => {
        const served = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
        return (
          <li key={index} className="relative flex gap-3 pb-3 last:pb-0">
            {index < attempts.length - 1 && <span aria-hidden="true" className="absolute top-4 bottom-0 left-[0.4375rem] w-0.5 bg-line-strong" />}
            <span aria-hidden="true" className={`mt-1 grid size-4 shrink-0 place-items-center rounded-full border-2 bg-panel ${served ? "border-good" : "border-bad"}`}>
              <span className={`size-1.5 rounded-full ${served ? "bg-good" : "bg-bad"}`} />
            </span>
            <div className="min-w-0 flex-1 text-sm">
              <div className="flex items-baseline justify-between gap-3">
                <span className="font-medium">{attempt.provider_name ?? "Unknown provider"}</span>
                <span className="text-soft">{milliseconds(attempt.latency)}</span>
              </div>
              <p className="flex flex-wrap items-center gap-2 text-xs text-faint">
                <Badge tone={served ? "good" : "bad"}>{attempt.status ?? "no answer"}</Badge>
                {attempt.is_byok && <Badge>own key</Badge>}
                {attempt.endpoint_id && <span className="truncate font-mono">{attempt.endpoint_id}</span>}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
