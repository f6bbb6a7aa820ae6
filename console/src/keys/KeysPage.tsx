import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Switch } from "radix-ui";
import { useState } from "react";
import { ApiError, request } from "../api/client";
import { keysQuery } from "../api/queries";
import type { ApiKey, ApiKeyChange } from "../api/types";
import { cost } from "../format/money";
import { ago, day, moment } from "../format/time";
import { useNow } from "../generations/GenerationTable";
import { useKey } from "../session/credential";
import { SignIn } from "../session/SignIn";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Card, PageHead } from "../ui/Card";
import { Sheet } from "../ui/Drawer";
import { Empty, Failure, SkeletonRows } from "../ui/Feedback";
import { PlusIcon } from "../ui/icons";
import { CreateKey } from "./CreateKey";

export function KeysPage() {
  const key = useKey();
  const [creating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  const { data, error, refetch } = useQuery({ ...keysQuery, enabled: key !== null });
  const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);

  if (!key) {
    return <SignIn page title="Keys are managed by key" note="Sign in with the master key or a management key." />;
  }
  return (
    <>
      <PageHead title="Keys" note="One key for each program or person, with its own limit. A key is shown once, when it is made.">
        {!refused && <Button kind="primary" onClick={() => setCreating(true)}><PlusIcon className="size-4" />New key</Button>}
      </PageHead>
      <Card className="overflow-hidden">
        {refused ? (
          <Empty title="This key may not manage keys">Sign out and come back with the master key or a management key. {error.message}</Empty>
        ) : error ? <Failure error={error} retry={() => void refetch()} /> : !data ? <SkeletonRows /> : data.length === 0 ? (
          <Empty title="No keys yet" action={<Button kind="primary" onClick={() => setCreating(true)}>Make the first one</Button>}>The master key works, but programs should have their own.</Empty>
        ) : (
          <ul className="divide-y divide-line">{data.map((item) => <KeyRow key={item.hash} item={item} onDelete={() => setDoomed(item)} />)}</ul>
        )}
      </Card>
      <Sheet open={creating} title="New key" place="centre" onClose={() => setCreating(false)}><CreateKey onDone={() => setCreating(false)} /></Sheet>
      <Sheet open={doomed !== null} title="Delete this key?" place="centre" onClose={() => setDoomed(null)}>
        {doomed && <DeleteKey item={doomed} onDone={() => setDoomed(null)} />}
      </Sheet>
    </>
  );
}

function KeyRow({ item, onDelete }: { item: ApiKey; onDelete: () => void }) {
  const queries = useQueryClient();
  const now = useNow();
  const change = useMutation({
    mutationFn: (body: ApiKeyChange) => request(`/keys/${item.hash}`, { method: "PATCH", body }),
    onSettled: () => queries.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  const expired = item.expires_at ? Date.parse(item.expires_at) < now : false;
  const enabled = change.isPending ? !change.variables.disabled : !item.disabled;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-3 px-4 py-3.5 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1.4fr)_auto]">
      <div className={`min-w-0 ${enabled ? "" : "text-faint"}`}>
        <p className="flex items-center gap-2 font-medium"><span className="truncate">{item.name}</span>{expired && <Badge tone="bad">expired</Badge>}{!enabled && <Badge>disabled</Badge>}</p>
        <p className="truncate font-mono text-xs text-faint">{item.label}</p>
        <p className="text-xs text-faint" title={moment(item.created_at)}>made {ago(item.created_at, now)}{item.expires_at && !expired && ` · until ${day(item.expires_at)}`}</p>
        {change.error && <p role="alert" className="text-sm text-bad">{change.error.message}</p>}
      </div>
      <div className="order-3 col-span-2 lg:order-none lg:col-span-1"><Limit item={item} /></div>
      <div className="flex items-center gap-3">
        <Switch.Root checked={enabled} disabled={change.isPending} onCheckedChange={(on) => change.mutate({ disabled: !on })} aria-label={`${item.name} is enabled`} className="h-6 w-10 shrink-0 rounded-full bg-line-strong transition data-[state=checked]:bg-good">
          <Switch.Thumb className="block size-5 translate-x-0.5 rounded-full bg-[#ffffff] transition data-[state=checked]:translate-x-[1.125rem]" />
        </Switch.Root>
        <Button kind="quiet" onClick={onDelete} aria-label={`Delete ${item.name}`}>Delete</Button>
      </div>
    </li>
  );
}

/** What was spent, against the limit when there is one. */
function Limit({ item }: { item: ApiKey }) {
  const spent = item.limit === null || item.limit_remaining === null ? item.usage : item.limit - item.limit_remaining;
  const share = item.limit ? Math.min(100, (spent / item.limit) * 100) : 0;
  const colour = share >= 90 ? "fill-bad" : share >= 75 ? "fill-warn" : "fill-accent";
  return (
    <div className="text-sm">
      <p className="flex justify-between gap-3">
        <span>{cost(spent)}<span className="text-faint"> spent</span></span>
        <span className="text-soft">{item.limit === null ? "No limit" : `of ${cost(item.limit)}${item.limit_reset ? ` ${item.limit_reset}` : ""}`}</span>
      </p>
      <svg viewBox="0 0 100 2" preserveAspectRatio="none" className="mt-1.5 h-1.5 w-full overflow-hidden rounded-full" aria-hidden="true">
        <rect width="100" height="2" className="fill-line" />
        <rect width={share} height="2" className={colour} />
      </svg>
    </div>
  );
}

function DeleteKey({ item, onDone }: { item: ApiKey; onDone: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => request(`/keys/${item.hash}`, { method: "DELETE" }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: keysQuery.queryKey });
      onDone();
    },
  });
  return (
    <>
      <p className="text-sm text-soft">Programs that use <strong className="text-ink">{item.name}</strong> (<code className="font-mono">{item.label}</code>) are refused from now on. This cannot be undone.</p>
      <p role="alert" className="mt-2 min-h-5 text-sm text-bad">{remove.error?.message}</p>
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={onDone}>Keep it</Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>Delete</Button>
      </div>
    </>
  );
}
