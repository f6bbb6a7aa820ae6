import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { endpointsQuery, modelQuery } from "../api/queries";
import type { Model, Pricing } from "../api/types";
import { perMillion, perUnit } from "../format/money";
import { count, tokens } from "../format/numbers";
import { day } from "../format/time";
import { CallExamples } from "../overview/CallExamples";
import { Badge } from "../ui/Badge";
import { Card, Section } from "../ui/Card";
import { CopyButton } from "../ui/Copy";
import { FactList } from "../ui/Facts";
import { Empty, Failure, SkeletonRows } from "../ui/Feedback";
import { ArrowIcon } from "../ui/icons";
import { EndpointList } from "./EndpointList";

const route = getRouteApi("/models/$author/$slug");

export function ModelPage() {
  const { author, slug } = route.useParams();
  const id = `${author}/${slug}`;
  const model = useQuery(modelQuery(id));
  const endpoints = useQuery(endpointsQuery(id));
  const missing = model.error instanceof ApiError && model.error.status === 404;

  if (missing) {
    return <Empty page title="No such model" action={<Link to="/models" className="text-accent underline underline-offset-4">All models</Link>}>{`Nothing here is called ${id}.`}</Empty>;
  }
  return (
    <div className="space-y-10">
      <div>
        <Link to="/models" className="inline-flex items-center gap-1 text-sm text-soft hover:text-ink"><ArrowIcon className="size-3.5 rotate-180" />Models</Link>
        <div className="mt-3 flex flex-wrap items-end justify-between gap-4">
          <div className="min-w-0">
            <h1 className="text-2xl font-semibold tracking-tight break-words sm:text-3xl">{model.data?.name ?? slug}</h1>
            <p className="mt-1 flex items-center gap-1 font-mono text-sm text-soft">
              <span className="break-all">{id}</span>
              <CopyButton text={id} label="Copy the slug" />
            </p>
          </div>
          <Link to="/" search={{ model: id }} className="inline-flex h-[2.375rem] items-center gap-2 rounded-lg bg-ink px-3.5 text-sm font-medium text-on-ink hover:opacity-85">Try it<ArrowIcon className="size-4" /></Link>
        </div>
      </div>
      {model.error ? <Card><Failure error={model.error} retry={() => void model.refetch()} /></Card> : model.data ? <Details model={model.data} /> : <Card><SkeletonRows /></Card>}
      <Section title="Endpoints" note="Where this model runs. Uptime, latency and speed are measured by this server.">
        <Card className="overflow-hidden">
          {endpoints.data ? (
            endpoints.data.endpoints.length > 0 ? <EndpointList endpoints={endpoints.data.endpoints} /> : <Empty title="No endpoint">No provider serves this model at the moment.</Empty>
          ) : endpoints.error ? <Failure error={endpoints.error} retry={() => void endpoints.refetch()} /> : <SkeletonRows rows={4} />}
        </Card>
      </Section>
      <Section title="Call it"><CallExamples model={id} /></Section>
    </div>
  );
}

function Details({ model }: { model: Model }) {
  const { architecture: kind, reasoning } = model;
  const big: Array<[string, string, string]> = [
    ["Input", perMillion(model.pricing.prompt), "per million tokens"],
    ["Output", perMillion(model.pricing.completion), "per million tokens"],
    ["Context", tokens(model.context_length), "tokens"],
    ["Longest answer", tokens(model.top_provider.max_completion_tokens), "tokens"],
  ];
  const facts: Array<readonly [string, ReactNode]> = [
    ["Takes", kind.input_modalities.join(", ")],
    ["Gives", kind.output_modalities.join(", ")],
    ["Reasoning", reasoning ? (reasoning.mandatory ? "Always" : reasoning.default_enabled ? "On by default" : "On request") : null],
    ["Knows the world until", model.knowledge_cutoff && day(model.knowledge_cutoff)],
    ["Tokenizer", kind.tokenizer],
    ["Added", day(model.created)],
    ["Leaves", model.expiration_date && day(model.expiration_date)],
    ["Open weights", model.hugging_face_id],
    ["Permanent slug", <span key="slug" className="font-mono text-xs">{model.canonical_slug}</span>],
  ];
  return (
    <>
      {model.description && <p className="max-w-3xl leading-relaxed whitespace-pre-line text-soft">{model.description}</p>}
      <Card className="grid grid-cols-2 overflow-hidden lg:grid-cols-4">
        {big.map(([name, value, unit], index) => (
          <div key={name} className={`border-line p-4 ${index % 2 === 1 ? "border-l" : ""} ${index > 1 ? "border-t lg:border-t-0" : ""} ${index === 2 ? "lg:border-l" : ""}`}>
            <p className="text-sm text-soft">{name}</p>
            <p className="mt-1 text-xl font-semibold tracking-tight">{value}</p>
            <p className="text-xs text-faint">{unit}</p>
          </div>
        ))}
      </Card>
      <div className="grid gap-10 lg:grid-cols-2">
        <Section title="Facts"><FactList facts={facts} /></Section>
        <div className="space-y-10">
          <OtherPrices pricing={model.pricing} />
          <Section title="Parameters" note={`${count(model.supported_parameters.length)} are honoured by at least one endpoint.`}>
            <ul className="flex flex-wrap gap-1.5">
              {model.supported_parameters.map((parameter) => <li key={parameter}><Badge className="font-mono">{parameter}</Badge></li>)}
            </ul>
          </Section>
        </div>
      </div>
    </>
  );
}

const perToken: ReadonlyArray<readonly [keyof Pricing, string]> = [
  ["input_cache_read", "Cache read"],
  ["input_cache_write", "Cache write"],
  ["input_cache_write_1h", "Cache write, 1 hour"],
  ["internal_reasoning", "Reasoning"],
  ["audio", "Audio input"],
  ["audio_output", "Audio output"],
  ["image_token", "Image tokens"],
];
const perThing: ReadonlyArray<readonly [keyof Pricing, string, string]> = [
  ["request", "Request", "request"],
  ["image", "Image input", "image"],
  ["image_output", "Image output", "image"],
  ["web_search", "Web search", "search"],
];

function OtherPrices({ pricing }: { pricing: Pricing }) {
  const priced = (name: keyof Pricing) => typeof pricing[name] === "string" && Number(pricing[name]) > 0;
  const facts: Array<readonly [string, ReactNode]> = [
    ...perToken.filter(([name]) => priced(name)).map(([name, label]) => [label, `${perMillion(pricing[name] as string)} / M tokens`] as const),
    ...perThing.filter(([name]) => priced(name)).map(([name, label, unit]) => [label, `${perUnit(pricing[name] as string)} / ${unit}`] as const),
  ];
  return facts.length > 0 ? <Section title="Other prices"><FactList facts={facts} /></Section> : null;
}
