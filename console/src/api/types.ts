import type { components } from "./schema";

type Schemas = components["schemas"];

export type Model = Schemas["Model"];
export type Endpoint = Schemas["Endpoint"];
export type ModelEndpoints = Schemas["EndpointsResponse"]["data"];
export type Pricing = Schemas["Pricing"];
export type Provider = Schemas["Provider"];
export type Generation = Schemas["Generation"];
export type Attempt = Schemas["ProviderAttempt"];
export type ApiKey = Schemas["ApiKey"];
export type CurrentKey = Schemas["CurrentKey"];
export type NewApiKey = Schemas["CreateApiKeyRequest"];
export type ApiKeyChange = Schemas["UpdateApiKeyRequest"];
export type CreatedApiKey = Schemas["CreatedApiKeyResponse"];
export type SystemInfo = Schemas["System"];
export type Usage = Schemas["Usage"];
export type StreamChunk = Schemas["ChatStreamChunk"];
export type ErrorBody = Schemas["ErrorBody"];
