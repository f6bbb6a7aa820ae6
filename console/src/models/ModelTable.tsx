import { Link } from "@tanstack/react-router";
import type { Model } from "../api/types";
import { perMillion } from "../format/money";
import { tokens } from "../format/numbers";
import { Badge } from "../ui/Badge";
import { CopyButton } from "../ui/Copy";
import { abilities, type Ability, type Sort } from "./filters";

interface Column {
  label: string;
  /** The two orders that a click on the head switches between. */
  orders?: readonly [Sort, Sort?];
  className?: string;
}

const columns: Column[] = [
  { label: "Model", orders: ["name", "newest"] },
  { label: "Context", orders: ["context-high", "context-low"], className: "text-right" },
  { label: "Input", orders: ["price-low", "price-high"], className: "text-right" },
  { label: "Output", orders: ["output-low", "output-high"], className: "text-right" },
  { label: "Modalities" },
  { label: "Abilities" },
];

const ascending: ReadonlySet<Sort> = new Set<Sort>(["name", "price-low", "output-low", "context-low"]);

export function ModelTable({ models, sort, onSort }: { models: Model[]; sort: Sort; onSort: (sort: Sort) => void }) {
  return (
    <table className="w-full table-fixed text-sm">
      <colgroup>
        <col className="w-[33%]" /><col className="w-[10%]" /><col className="w-[10%]" /><col className="w-[10%]" /><col className="w-[16%]" /><col className="w-[21%]" />
      </colgroup>
      <thead className="border-b border-line bg-sunken text-left text-xs text-soft">
        <tr>
          {columns.map(({ label, orders, className = "" }) => {
            const active = orders?.includes(sort) && !(label === "Model" && sort === "newest");
            return (
              <th key={label} scope="col" aria-sort={active ? (ascending.has(sort) ? "ascending" : "descending") : undefined} className={`px-4 py-2.5 font-medium ${className}`}>
                {orders ? (
                  <button type="button" onClick={() => onSort(sort === orders[0] ? (orders[1] ?? orders[0]) : orders[0])} className="rounded hover:text-ink">
                    {label}
                    <span aria-hidden="true" className={`ml-1 inline-block w-2 ${className && "-mr-3"} ${active ? "text-accent" : "text-transparent"}`}>{ascending.has(sort) ? "↑" : "↓"}</span>
                  </button>
                ) : label}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {models.map((model) => (
          <tr key={model.id} className="group hover:bg-sunken">
            <td className="px-4 py-2.5"><ModelName model={model} /></td>
            <td className="px-4 py-2.5 text-right">{tokens(model.context_length)}</td>
            <td className="px-4 py-2.5 text-right"><Price value={model.pricing.prompt} /></td>
            <td className="px-4 py-2.5 text-right"><Price value={model.pricing.completion} /></td>
            <td className="px-4 py-2.5 text-soft"><Modalities model={model} /></td>
            <td className="px-4 py-2.5"><Abilities model={model} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same rows for narrow screens. */
export function ModelCards({ models }: { models: Model[] }) {
  return (
    <ul className="divide-y divide-line">
      {models.map((model) => (
        <li key={model.id} className="px-4 py-3.5">
          <ModelName model={model} />
          <dl className="mt-2 grid grid-cols-3 gap-3 text-sm">
            {([["Input", <Price key="in" value={model.pricing.prompt} />], ["Output", <Price key="out" value={model.pricing.completion} />], ["Context", tokens(model.context_length)]] as const).map(([name, value]) => (
              <div key={name}><dt className="text-xs text-faint">{name}</dt><dd>{value}</dd></div>
            ))}
          </dl>
          {abilitiesOf(model).length > 0 && <div className="mt-2.5"><Abilities model={model} /></div>}
        </li>
      ))}
    </ul>
  );
}

function ModelName({ model }: { model: Model }) {
  const [author = "", slug = ""] = model.id.split("/");
  return (
    <div className="min-w-0">
      <Link to="/models/$author/$slug" params={{ author, slug }} className="block truncate font-medium hover:text-accent" title={model.name}>{model.name}</Link>
      <div className="flex items-center gap-1">
        <span className="truncate font-mono text-xs text-faint">{model.id}</span>
        <CopyButton text={model.id} label={`Copy ${model.id}`} className="-my-1 opacity-60 group-hover:opacity-100 hover:opacity-100 focus-visible:opacity-100" />
      </div>
    </div>
  );
}

function Price({ value }: { value: string }) {
  const shown = perMillion(value);
  return <span className={shown === "Free" ? "font-medium text-good" : shown === "Unknown" ? "text-faint" : ""}>{shown}</span>;
}

export function Modalities({ model }: { model: Model }) {
  const { input_modalities: input, output_modalities: output } = model.architecture;
  const whole = `${input.join(", ")} → ${output.join(", ")}`;
  const textOnly = output.length === 1 && output[0] === "text";
  return <span className="block truncate" title={whole}>{textOnly ? input.join(", ") : whole}</span>;
}

function abilitiesOf(model: Model): Ability[] {
  return (Object.keys(abilities) as Ability[]).filter((ability) => model.supported_parameters.some((parameter) => parameter === ability));
}

function Abilities({ model }: { model: Model }) {
  const has = abilitiesOf(model);
  return (
    <div className="flex flex-wrap gap-1">
      {has.map((ability) => <Badge key={ability} tone={ability === "reasoning" ? "accent" : "plain"}>{ability === "structured_outputs" ? "JSON" : abilities[ability]}</Badge>)}
      {has.length === 0 && <span className="text-faint">–</span>}
    </div>
  );
}
