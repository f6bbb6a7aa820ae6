import { useQuery } from "@tanstack/react-query";
import { baseUrl } from "../api/client";
import { systemQuery } from "../api/queries";
import { count } from "../format/numbers";
import { moment } from "../format/time";
import { PatchField } from "../shell/PatchField";
import { Status } from "../ui/Badge";
import { Card } from "../ui/Card";
import { Copyable } from "../ui/Copy";

const modes = { team: "Team", marketplace: "Marketplace" } as const;
const databases = { sqlite: "SQLite", postgres: "PostgreSQL" } as const;

/** What this server is and where to reach it. */
export function Hero({ models }: { models: number | null }) {
  const { data, isError } = useQuery(systemQuery);
  const facts: Array<[string, string | undefined]> = [
    ["Version", data?.version],
    ["Mode", data && modes[data.mode]],
    ["Models", models === null ? undefined : count(models)],
    ["Database", data && databases[data.database]],
    ["Up since", data && moment(data.started_at)],
  ];
  return (
    <Card className="relative overflow-hidden">
      <div className="grid items-center gap-6 p-6 sm:p-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Status tone={isError ? "bad" : data ? "good" : "plain"}>{isError ? "Not answering" : data ? "Running" : "Connecting"}</Status>
          <h1 className="mt-3 text-2xl leading-tight font-semibold tracking-tight text-balance sm:text-3xl">One socket for every model.</h1>
          <p className="mt-2 max-w-lg text-soft">Plug your programs in here once. Patchbay routes each request to a provider, falls back when one fails, and accounts for every token.</p>
          <p className="label mt-5">Base URL</p>
          <Copyable text={baseUrl} label="Copy the base URL" className="mt-1 max-w-md" />
        </div>
        <PatchField className="hidden w-full lg:block" />
      </div>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 border-t border-line bg-sunken px-6 py-4 sm:flex sm:flex-wrap sm:gap-x-10 sm:px-8">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-faint">{name}</dt>
            <dd className="min-h-6 min-w-12 text-sm font-medium">{value ?? <span className="skeleton mt-1.5 block h-3.5 w-14" />}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
