import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { endpointsQuery, generationsQuery, modelsQuery, providersQuery } from "../api/queries";
import type { Endpoint, Model, Provider } from "../api/types";
import { count, milliseconds, speed } from "../format/numbers";
import { healthOf, Uptime } from "../models/EndpointList";
import { useKey } from "../session/credential";
import { Badge, Status, type Tone } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Card, PageHead } from "../ui/Card";
import { Empty, Failure, SkeletonRows } from "../ui/Feedback";
import { LinkIcon } from "../ui/icons";

const STEP = 40;
const ROWS = 8;
const COLUMNS = "grid grid-cols-[minmax(0,1fr)_6rem] items-center gap-x-4 sm:gap-x-6 sm:grid-cols-[minmax(0,1fr)_7rem_6rem_6rem]";

interface Row {
  model: string;
  endpoint: Endpoint;
}

/** The health of endpoints, grouped by provider. Models used lately come first, the others are loaded on request. */
export function HealthPage() {
  const key = useKey();
  const models = useQuery(modelsQuery);
  const providers = useQuery(providersQuery);
  const recent = useQuery({ ...generationsQuery(0, 100), enabled: key !== null, refetchInterval: false });
  const [limit, setLimit] = useState(STEP);

  const wanted = useMemo(() => {
    const known = models.data ?? [];
    const ids = new Set(known.map((model) => model.id));
    const used = (recent.data?.data ?? []).map((generation) => generation.model).filter((id) => ids.has(id));
    return [...new Set([...used, ...known.map((model: Model) => model.id)])].slice(0, limit);
  }, [models.data, recent.data, limit]);
  const lists = useQueries({ queries: wanted.map((id) => endpointsQuery(id)) });

  const groups = useMemo(() => group(lists.flatMap(({ data }) => (data?.endpoints ?? []).map((endpoint) => ({ model: data?.id ?? "", endpoint })))), [lists]);
  const loading = models.isPending || lists.some(({ isPending }) => isPending);
  const total = models.data?.length ?? 0;
  const error = models.error ?? lists.find((list) => list.error)?.error;

  return (
    <>
      <PageHead title="Health" note="Each endpoint as this server sees it: the share of requests that succeeded over the last day, 30 minutes and 5 minutes.">
        <Legend />
      </PageHead>
      {groups.length === 0 ? (
        <Card>{error ? <Failure error={error} /> : loading ? <SkeletonRows rows={10} /> : <Empty title="No endpoint yet">Providers appear here once models are configured.</Empty>}</Card>
      ) : (
        <div className="space-y-5">
          {groups.map(([name, rows]) => <ProviderHealth key={name} name={name} rows={rows} provider={providers.data?.find((provider) => provider.name === name)} />)}
          <div className="flex min-h-10 flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-soft">{loading ? "Loading…" : `${count(wanted.length)} of ${count(total)} models.`}</p>
            {wanted.length < total && <Button onClick={() => setLimit(limit + STEP)} busy={loading}>Load {Math.min(STEP, total - wanted.length)} more</Button>}
          </div>
        </div>
      )}
    </>
  );
}

function Legend() {
  const signs: Array<[Tone, string]> = [["good", "Healthy"], ["warn", "Degraded"], ["bad", "Down"], ["plain", "No traffic yet"]];
  return <div className="flex flex-wrap gap-x-4 gap-y-1 text-soft">{signs.map(([tone, text]) => <Status key={text} tone={tone}>{text}</Status>)}</div>;
}

function ProviderHealth({ name, rows, provider }: { name: string; rows: Row[]; provider?: Provider }) {
  const [all, setAll] = useState(false);
  const shown = all || rows.length <= ROWS + 2 ? rows : rows.slice(0, ROWS);
  const troubled = rows.filter(({ endpoint }) => ["warn", "bad"].includes(healthOf(endpoint).tone)).length;
  return (
    <Card className="overflow-hidden">
      <div className={`${COLUMNS} border-b border-line bg-sunken px-4 py-3`}>
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h2 className="truncate font-semibold tracking-tight">{name}</h2>
          {troubled > 0 ? <Badge tone="warn">{troubled} of {rows.length} in trouble</Badge> : <Badge>{rows.length === 1 ? "1 endpoint" : `${rows.length} endpoints`}</Badge>}
          {provider?.status_page_url && (
            <a href={provider.status_page_url} target="_blank" rel="noreferrer" className="inline-flex shrink-0 items-center gap-1 text-xs text-soft hover:text-ink">Status page<LinkIcon className="size-3" /></a>
          )}
        </div>
        <span className="hidden text-right text-xs text-soft sm:block">First token p50</span>
        <span className="hidden text-right text-xs text-soft sm:block">Speed p50</span>
        <span className="w-[6rem] text-xs text-soft">Uptime</span>
      </div>
      <ul className="divide-y divide-line">
        {shown.map(({ model, endpoint }) => <HealthRow key={`${model} ${endpoint.tag}`} model={model} endpoint={endpoint} />)}
      </ul>
      {shown.length < rows.length && (
        <button type="button" onClick={() => setAll(true)} className="w-full border-t border-line px-4 py-2.5 text-left text-sm font-medium text-soft outline-offset-[-3px] transition hover:bg-sunken hover:text-ink">
          Show {rows.length - shown.length} more
        </button>
      )}
    </Card>
  );
}

function HealthRow({ model, endpoint }: Row) {
  const [author = "", slug = ""] = model.split("/");
  const health = healthOf(endpoint);
  return (
    <li className={`${COLUMNS} px-4 py-2.5 text-sm`}>
      <div className="flex min-w-0 items-center gap-3">
        <Status tone={health.tone} hidden>{health.text}</Status>
        <Link to="/models/$author/$slug" params={{ author, slug }} className="truncate hover:text-accent" title={endpoint.name}>{endpoint.model_name}</Link>
      </div>
      <span className="hidden text-right text-soft sm:block" title="Median time to the first token">{milliseconds(endpoint.latency_last_30m?.p50)}</span>
      <span className="hidden text-right text-soft sm:block" title="Median speed">{speed(endpoint.throughput_last_30m?.p50)}</span>
      <Uptime endpoint={endpoint} />
    </li>
  );
}

const weight: Record<Tone, number> = { bad: 0, warn: 1, accent: 2, good: 2, plain: 3 };

/** Troubled endpoints first, then troubled providers, then names. */
function group(rows: Row[]): Array<[string, Row[]]> {
  const byProvider = new Map<string, Row[]>();
  for (const row of rows) {
    const list = byProvider.get(row.endpoint.provider_name);
    if (list) {
      list.push(row);
    } else {
      byProvider.set(row.endpoint.provider_name, [row]);
    }
  }
  const badness = ({ endpoint }: Row) => weight[healthOf(endpoint).tone];
  for (const list of byProvider.values()) {
    list.sort((a, b) => badness(a) - badness(b) || a.endpoint.model_name.localeCompare(b.endpoint.model_name, "en"));
  }
  return [...byProvider].sort(([a, x], [b, y]) => Math.min(...x.map(badness)) - Math.min(...y.map(badness)) || a.localeCompare(b, "en"));
}
