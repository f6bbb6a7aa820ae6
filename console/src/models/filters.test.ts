import { expect, test } from "vitest";
import type { Model } from "../api/types";
import { readFilters, select } from "./filters";

function model(id: string, prompt: string, created: number, more: Partial<Model> = {}): Model {
  return {
    id,
    canonical_slug: id,
    name: id,
    created,
    pricing: { prompt, completion: prompt },
    context_length: 1000 * created,
    architecture: { modality: null, input_modalities: ["text"], output_modalities: ["text"] },
    top_provider: { is_moderated: false },
    per_request_limits: null,
    supported_parameters: [],
    default_parameters: null,
    supported_voices: null,
    links: { details: "" },
    ...more,
  };
}

const catalogue = [
  model("acme/small", "0.000002", 1, { supported_parameters: ["tools"] }),
  model("acme/large", "0.00001", 3),
  model("lumen/free", "0", 2),
];
const ids = (filters: Parameters<typeof select>[1]) => select(catalogue, filters).map(({ id }) => id);

test("the newest model comes first unless asked otherwise", () => {
  expect(ids({})).toEqual(["acme/large", "lumen/free", "acme/small"]);
});

test("prices are ordered as numbers", () => {
  expect(ids({ sort: "price-low" })).toEqual(["lumen/free", "acme/small", "acme/large"]);
});

test("filters combine", () => {
  expect(ids({ q: "AC small" })).toEqual(["acme/small"]);
  expect(ids({ author: "acme", can: "tools" })).toEqual(["acme/small"]);
  expect(ids({ free: true })).toEqual(["lumen/free"]);
  expect(ids({ output: "image" })).toEqual([]);
});

test("an address with nonsense is read as far as it makes sense", () => {
  expect(readFilters({ q: 4, sort: "sideways", can: "tools", page: -3, free: "yes" })).toEqual({ q: "4", can: "tools" });
});
