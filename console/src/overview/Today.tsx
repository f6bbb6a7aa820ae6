import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { todayQuery } from "../api/queries";
import type { Generation } from "../api/types";
import { toNano } from "../format/decimal";
import { cost } from "../format/money";
import { count, median, milliseconds, tokens } from "../format/numbers";
import { Card } from "../ui/Card";

/** The day so far in four numbers. */
export function Today({ midnight }: { midnight: number }) {
  const { data } = useQuery(todayQuery(midnight));
  const sums = useMemo(() => (data ? summarise(data.generations) : null), [data]);
  const facts: Array<[string, string | undefined, string]> = [
    ["Requests", sums && `${data?.complete ? "" : "≥ "}${count(sums.requests)}` || undefined, sums ? `${count(sums.failed)} failed` : ""],
    ["Tokens", sums ? tokens(sums.input + sums.output) : undefined, sums ? `${tokens(sums.input)} in, ${tokens(sums.output)} out` : ""],
    ["Cost", sums ? cost(sums.nano) : undefined, "exact to a billionth"],
    ["Median first token", sums ? milliseconds(sums.latency) : undefined, sums ? `median total ${milliseconds(sums.total)}` : ""],
  ];
  return (
    <Card className="grid grid-cols-2 overflow-hidden lg:grid-cols-4">
      {facts.map(([name, value, note], index) => (
        <div key={name} className={`border-line p-4 ${index % 2 === 1 ? "border-l" : ""} ${index > 1 ? "border-t lg:border-t-0" : ""} ${index === 2 ? "lg:border-l" : ""}`}>
          <p className="text-sm text-soft">{name}</p>
          <p className="mt-1 h-8 truncate text-xl font-semibold tracking-tight" title={value}>
            {value ?? <span className="skeleton mt-1.5 block h-5 w-20" />}
          </p>
          <p className="h-4 truncate text-xs text-faint">{note}</p>
        </div>
      ))}
    </Card>
  );
}

function summarise(generations: readonly Generation[]) {
  let nano = 0n;
  let input = 0;
  let output = 0;
  let failed = 0;
  const latencies: number[] = [];
  const totals: number[] = [];
  for (const generation of generations) {
    nano += toNano(generation.total_cost);
    input += generation.tokens_prompt ?? 0;
    output += generation.tokens_completion ?? 0;
    failed += generation.finish_reason === "error" ? 1 : 0;
    if (generation.latency !== null) {
      latencies.push(generation.latency);
    }
    if (generation.generation_time !== null) {
      totals.push(generation.generation_time);
    }
  }
  return { requests: generations.length, nano, input, output, failed, latency: median(latencies), total: median(totals) };
}
