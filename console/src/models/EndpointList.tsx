import type { Endpoint } from "../api/types";
import { perMillion } from "../format/money";
import { milliseconds, speed, tokens, uptime } from "../format/numbers";
import { Badge, Status, type Tone } from "../ui/Badge";
import { CopyButton } from "../ui/Copy";

/** The endpoints of one model: a table on wide screens, cards on narrow ones. */
export function EndpointList({ endpoints }: { endpoints: Endpoint[] }) {
  return (
    <>
      <table className="hidden w-full text-sm lg:table">
        <thead className="border-b border-line bg-sunken text-left text-xs text-soft">
          <tr>
            <th scope="col" className="px-4 py-2.5 font-medium">Provider</th>
            {["Input", "Output", "Context", "Latency p50", "Speed p50"].map((name) => <th key={name} scope="col" className="px-4 py-2.5 text-right font-medium">{name}</th>)}
            <th scope="col" className="px-4 py-2.5 font-medium">Uptime</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {endpoints.map((endpoint) => (
            <tr key={endpoint.tag + endpoint.name}>
              <td className="px-4 py-3"><EndpointName endpoint={endpoint} /></td>
              <td className="px-4 py-3 text-right">{perMillion(endpoint.pricing.prompt)}</td>
              <td className="px-4 py-3 text-right">{perMillion(endpoint.pricing.completion)}</td>
              <td className="px-4 py-3 text-right">{tokens(endpoint.context_length)}</td>
              <td className="px-4 py-3 text-right">{milliseconds(endpoint.latency_last_30m?.p50)}</td>
              <td className="px-4 py-3 text-right">{speed(endpoint.throughput_last_30m?.p50)}</td>
              <td className="px-4 py-3"><Uptime endpoint={endpoint} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="divide-y divide-line lg:hidden">
        {endpoints.map((endpoint) => (
          <li key={endpoint.tag + endpoint.name} className="p-4">
            <div className="flex items-start justify-between gap-3"><EndpointName endpoint={endpoint} /><Uptime endpoint={endpoint} /></div>
            <dl className="mt-3 grid grid-cols-3 gap-x-3 gap-y-2 text-sm">
              {([
                ["Input", perMillion(endpoint.pricing.prompt)],
                ["Output", perMillion(endpoint.pricing.completion)],
                ["Context", tokens(endpoint.context_length)],
                ["Latency p50", milliseconds(endpoint.latency_last_30m?.p50)],
                ["Speed p50", speed(endpoint.throughput_last_30m?.p50)],
                ["Longest answer", tokens(endpoint.max_completion_tokens)],
              ] as const).map(([name, value]) => <div key={name}><dt className="text-xs text-faint">{name}</dt><dd>{value}</dd></div>)}
            </dl>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Healthy, degraded or down, from the status the server reports and the last half hour. */
export function healthOf(endpoint: Endpoint): { tone: Tone; text: string } {
  const recent = endpoint.uptime_last_30m;
  if ((endpoint.status ?? 0) <= -2) {
    return { tone: "bad", text: "Down" };
  }
  if ((endpoint.status ?? 0) < 0 || (recent !== null && recent < 95)) {
    return recent !== null && recent < 50 ? { tone: "bad", text: "Failing" } : { tone: "warn", text: "Degraded" };
  }
  return recent === null ? { tone: "plain", text: "No traffic yet" } : { tone: "good", text: "Healthy" };
}

function EndpointName({ endpoint }: { endpoint: Endpoint }) {
  const health = healthOf(endpoint);
  return (
    <div className="min-w-0">
      <div className="flex items-center gap-2">
        <Status tone={health.tone} hidden>{health.text}</Status>
        <span className="font-medium">{endpoint.provider_name}</span>
        {endpoint.quantization && endpoint.quantization !== "unknown" && <Badge>{endpoint.quantization}</Badge>}
      </div>
      <div className="flex items-center gap-1 pl-4">
        <span className="truncate font-mono text-xs text-faint">{endpoint.tag}</span>
        <CopyButton text={endpoint.tag} label={`Copy ${endpoint.tag}`} className="-my-1" />
      </div>
    </div>
  );
}

const windows = [["uptime_last_1d", "1 day"], ["uptime_last_30m", "30 minutes"], ["uptime_last_5m", "5 minutes"]] as const;

/** Three bars, from the last day to the last five minutes, and the day as a number. */
export function Uptime({ endpoint }: { endpoint: Endpoint }) {
  const spoken = windows.map(([name, span]) => `${uptime(endpoint[name])} over ${span}`).join(", ");
  return (
    <div className="flex items-center gap-2.5 whitespace-nowrap" title={spoken}>
      <span role="img" aria-label={`Uptime: ${spoken}`} className="flex h-5 items-end gap-[3px]">
        {windows.map(([name]) => <Bar key={name} value={endpoint[name]} />)}
      </span>
      <span aria-hidden="true" className="w-14 text-sm">{uptime(endpoint.uptime_last_1d)}</span>
    </div>
  );
}

function Bar({ value }: { value: number | null }) {
  const colour = value === null ? "bg-line" : value >= 99 ? "bg-good" : value >= 95 ? "bg-warn" : "bg-bad";
  const height = value === null || value >= 99.9 ? "h-5" : value >= 99 ? "h-4.5" : value >= 95 ? "h-3.5" : value >= 80 ? "h-2.5" : "h-1.5";
  return <span className="flex h-5 w-1.5 items-end rounded-xs bg-line"><span className={`w-full rounded-xs ${height} ${colour}`} /></span>;
}
