import type { Model } from "../api/types";
import { compareDecimals } from "../format/decimal";

export const sorts = {
  newest: "Newest",
  name: "Name",
  "price-low": "Input price, low first",
  "price-high": "Input price, high first",
  "output-low": "Output price, low first",
  "output-high": "Output price, high first",
  "context-high": "Context, long first",
  "context-low": "Context, short first",
} as const;

export type Sort = keyof typeof sorts;

export const abilities = { tools: "Tools", reasoning: "Reasoning", structured_outputs: "Structured output" } as const;
export type Ability = keyof typeof abilities;

export interface Filters {
  q?: string;
  author?: string;
  input?: string;
  output?: string;
  can?: Ability;
  free?: boolean;
  sort?: Sort;
  page?: number;
}

/** Reads the filters from the address; what is not understood is dropped. */
export function readFilters(search: Record<string, unknown>): Filters {
  const text = (value: unknown) => (value === undefined || value === null || value === "" ? undefined : String(value));
  const sort = text(search["sort"]);
  const can = text(search["can"]);
  const page = Number(search["page"]);
  return {
    q: text(search["q"]),
    author: text(search["author"]),
    input: text(search["input"]),
    output: text(search["output"]),
    can: can && can in abilities ? (can as Ability) : undefined,
    free: search["free"] === true || search["free"] === "true" ? true : undefined,
    sort: sort && sort in sorts ? (sort as Sort) : undefined,
    page: page > 1 ? Math.floor(page) : undefined,
  };
}

/** The models whose name or slug holds every word of the query. */
export function search(models: readonly Model[], query: string): Model[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return [...models];
  }
  return models.filter((model) => {
    const text = `${model.name} ${model.id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Applies filters and order. */
export function select(models: readonly Model[], filters: Filters): Model[] {
  const found = search(models, filters.q ?? "").filter(
    (model) =>
      (!filters.author || authorOf(model) === filters.author) &&
      (!filters.input || model.architecture.input_modalities.some((kind) => kind === filters.input)) &&
      (!filters.output || model.architecture.output_modalities.some((kind) => kind === filters.output)) &&
      (!filters.can || model.supported_parameters.some((parameter) => parameter === filters.can)) &&
      (!filters.free || isFree(model)),
  );
  return found.sort(orders[filters.sort ?? "newest"]);
}

export function authorOf(model: Model): string {
  return model.id.split("/")[0]?.replace(/^~/, "") ?? "";
}

export function isFree(model: Model): boolean {
  return compareDecimals(model.pricing.prompt, "0") === 0 && compareDecimals(model.pricing.completion, "0") === 0;
}

type Order = (a: Model, b: Model) => number;

const reverse = (order: Order): Order => (a, b) => order(b, a);
const byInput: Order = (a, b) => compareDecimals(a.pricing.prompt, b.pricing.prompt);
const byOutput: Order = (a, b) => compareDecimals(a.pricing.completion, b.pricing.completion);

/** A price below zero is not known, and comes last in either order. */
const isUnknown = (price: string) => compareDecimals(price, "0") < 0;
const knownFirst = (price: (model: Model) => string, order: Order): Order => (a, b) =>
  Number(isUnknown(price(a))) - Number(isUnknown(price(b))) || order(a, b);
const inputPrice = (model: Model) => model.pricing.prompt;
const outputPrice = (model: Model) => model.pricing.completion;
const byContext: Order = (a, b) => (a.context_length ?? 0) - (b.context_length ?? 0);

const orders: Record<Sort, Order> = {
  newest: (a, b) => b.created - a.created,
  name: (a, b) => a.name.localeCompare(b.name, "en"),
  "price-low": knownFirst(inputPrice, byInput),
  "price-high": knownFirst(inputPrice, reverse(byInput)),
  "output-low": knownFirst(outputPrice, byOutput),
  "output-high": knownFirst(outputPrice, reverse(byOutput)),
  "context-high": reverse(byContext),
  "context-low": byContext,
};
