import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { modelsQuery } from "../api/queries";
import type { Model } from "../api/types";
import { count } from "../format/numbers";
import { Button } from "../ui/Button";
import { Card, PageHead } from "../ui/Card";
import { Empty, Failure, SkeletonRows } from "../ui/Feedback";
import { SearchIcon } from "../ui/icons";
import { Pager } from "../ui/Pager";
import { Select } from "../ui/Select";
import { type Ability, abilities, authorOf, type Filters, select, type Sort, sorts } from "./filters";
import { ModelCards, ModelTable } from "./ModelTable";

const PAGE = 50;
const route = getRouteApi("/models");

export function ModelsPage() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(modelsQuery);
  const found = useMemo(() => (data ? select(data, filters) : []), [data, filters]);
  const page = Math.min(filters.page ?? 1, Math.max(1, Math.ceil(found.length / PAGE)));
  const shown = found.slice((page - 1) * PAGE, page * PAGE);
  const change = (next: Filters) => void navigate({ search: (old) => ({ ...old, page: undefined, ...next }), replace: true, resetScroll: false });

  return (
    <>
      <PageHead title="Models" note={data ? `${count(data.length)} models, one API. Prices in USD per million tokens.` : "One API for all of them. Prices in USD per million tokens."} />
      <FilterBar models={data ?? []} filters={filters} change={change} />
      <p aria-live="polite" className="sr-only">{data ? `${found.length} models found` : ""}</p>
      <Card className="overflow-hidden">
        {error ? <Failure error={error} retry={() => void refetch()} /> : !data ? <SkeletonRows rows={12} className="h-6" /> : found.length === 0 ? (
          <Empty title={data.length === 0 ? "No models yet" : "No model matches"} action={data.length > 0 && <Button onClick={() => void navigate({ search: {} })}>Clear all filters</Button>}>
            {data.length === 0 ? "Add a provider key and restart, or describe models in patchbay.yaml." : "Try fewer words or filters."}
          </Empty>
        ) : (
          <>
            <div className="hidden lg:block"><ModelTable models={shown} sort={filters.sort ?? "newest"} onSort={(sort) => change({ sort })} /></div>
            <div className="lg:hidden"><ModelCards models={shown} /></div>
          </>
        )}
        <Pager page={page} size={PAGE} total={found.length} onPage={(next) => void navigate({ search: (old) => ({ ...old, page: next > 1 ? next : undefined }) })} />
      </Card>
    </>
  );
}

function FilterBar({ models, filters, change }: { models: Model[]; filters: Filters; change: (next: Filters) => void }) {
  const [query, setQuery] = useState(filters.q ?? "");
  useEffect(() => setQuery(filters.q ?? ""), [filters.q]);
  const authors = useMemo(() => [...new Set(models.map(authorOf))].sort(), [models]);
  const options = (values: readonly string[]) => values.map((value) => [value, value] as const);

  return (
    <div role="search" aria-label="Models" className="mb-4 grid grid-cols-2 gap-2 sm:flex sm:flex-wrap">
      <div className="relative col-span-2 min-w-60 flex-1">
        <SearchIcon className="pointer-events-none absolute top-2.5 left-3 size-4.5 text-faint" />
        <input
          type="search"
          aria-label="Search models"
          placeholder="Search by name or slug"
          value={query}
          onChange={(event) => { setQuery(event.target.value); change({ q: event.target.value || undefined }); }}
          className="field w-full pl-9.5"
        />
      </div>
      <Select label="Author" all="All authors" value={filters.author} options={options(authors)} onChange={(author) => change({ author })} />
      <Select label="Ability" all="Any ability" value={filters.can} options={Object.entries(abilities)} onChange={(can) => change({ can: can as Ability | undefined })} />
      <Select label="Input" all="Any input" value={filters.input} options={options(["text", "image", "file", "audio", "video"])} onChange={(input) => change({ input })} />
      <Select label="Output" all="Any output" value={filters.output} options={options(["text", "image", "audio", "video", "embeddings", "rerank", "speech", "transcription"])} onChange={(output) => change({ output })} />
      <Select label="Sort" value={filters.sort ?? "newest"} options={Object.entries(sorts)} onChange={(sort) => change({ sort: sort === "newest" ? undefined : (sort as Sort) })} />
      <label className="field flex cursor-pointer items-center gap-2 select-none">
        <input type="checkbox" checked={filters.free ?? false} onChange={(event) => change({ free: event.target.checked || undefined })} className="size-4 accent-(--accent)" />
        Free
      </label>
    </div>
  );
}
