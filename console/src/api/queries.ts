import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type { ApiKey, CurrentKey, Generation, Model, ModelEndpoints, Provider, SystemInfo } from "./types";

const MODELS_PER_PAGE = 1000;
const MINUTE = 60_000;

export const systemQuery = queryOptions({
  queryKey: ["system"],
  queryFn: async ({ signal }) => (await request<{ data: SystemInfo }>("/system", { signal })).data,
  staleTime: 5 * MINUTE,
});

/** The whole catalogue, page by page. */
export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: async ({ signal }) => {
    const models: Model[] = [];
    for (;;) {
      const page = await request<{ data: Model[]; total_count?: number }>(
        `/models?output_modalities=all&limit=${MODELS_PER_PAGE}&offset=${models.length}`,
        { signal },
      );
      models.push(...page.data);
      if (page.data.length === 0 || models.length >= (page.total_count ?? 0)) {
        return models;
      }
    }
  },
  staleTime: 5 * MINUTE,
});

export const modelQuery = (slug: string) =>
  queryOptions({
    queryKey: ["model", slug],
    queryFn: async ({ signal }) => (await request<{ data: Model }>(`/model/${path(slug)}`, { signal })).data,
    staleTime: MINUTE,
  });

export const endpointsQuery = (slug: string) =>
  queryOptions({
    queryKey: ["endpoints", slug],
    queryFn: async ({ signal }) =>
      (await request<{ data: ModelEndpoints }>(`/models/${path(slug)}/endpoints`, { signal })).data,
    staleTime: MINUTE / 2,
    refetchInterval: MINUTE,
  });

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: async ({ signal }) => (await request<{ data: Provider[] }>("/providers", { signal })).data,
  staleTime: 5 * MINUTE,
});

export interface GenerationPage {
  data: Generation[];
  total_count: number;
}

export const generationsQuery = (offset: number, limit: number) =>
  queryOptions({
    queryKey: ["generations", offset, limit],
    queryFn: ({ signal }) => request<GenerationPage>(`/generations?limit=${limit}&offset=${offset}`, { signal }),
    refetchInterval: 5_000,
    placeholderData: (previous) => previous,
  });

export const generationQuery = (id: string) =>
  queryOptions({
    queryKey: ["generation", id],
    queryFn: async ({ signal }) =>
      (await request<{ data: Generation }>(`/generation?id=${encodeURIComponent(id)}`, { signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The generations since `midnight`, at most the newest 500. */
export const todayQuery = (midnight: number) =>
  queryOptions({
    queryKey: ["today", midnight],
    queryFn: async ({ signal }) => {
      const today: Generation[] = [];
      for (let offset = 0; offset < 500; offset += 100) {
        const { data } = await request<GenerationPage>(`/generations?limit=100&offset=${offset}`, { signal });
        const fresh = data.filter((generation) => Date.parse(generation.created_at) >= midnight);
        today.push(...fresh);
        if (fresh.length < 100) {
          return { generations: today, complete: true };
        }
      }
      return { generations: today, complete: false };
    },
    refetchInterval: 10_000,
  });

export const currentKeyQuery = queryOptions({
  queryKey: ["key"],
  queryFn: async ({ signal }) => (await request<{ data: CurrentKey }>("/key", { signal })).data,
  staleTime: MINUTE,
});

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: async ({ signal }) => (await request<{ data: ApiKey[] }>("/keys?include_disabled=true", { signal })).data,
});

function path(slug: string): string {
  return slug.split("/").map((part) => encodeURIComponent(part).replaceAll("%3A", ":")).join("/");
}
