import { currentKey } from "../session/credential";
import type { ErrorBody } from "./types";

/** The API of the server that serves this page. */
export const baseUrl = `${location.origin}/api/v1`;

/** What the server says went wrong; `status` is 0 when it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody | null;
  /** The key that the request was signed with. */
  readonly key: string;

  constructor(status: number, message: string, key = "", body: ErrorBody | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.body = body;
    this.key = key;
  }
}

export interface Call {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  /** Instead of the stored key. */
  key?: string;
}

/** Calls the API and gives back the answer once its status is a success. */
export async function send(path: string, { method = "GET", body, signal, key = currentKey() ?? "" }: Call = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  if (key) {
    headers["Authorization"] = `Bearer ${key}`;
  }
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(baseUrl + path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (cause) {
    if (signal?.aborted) {
      throw cause;
    }
    throw new ApiError(0, "The server does not answer. Is it still running?");
  }
  if (!response.ok) {
    throw await readError(response, key);
  }
  return response;
}

/** Calls the API and reads its JSON. */
export async function request<T>(path: string, call?: Call): Promise<T> {
  const response = await send(path, call);
  return (await response.json()) as T;
}

async function readError(response: Response, key: string): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { error?: ErrorBody };
    if (error?.message) {
      return new ApiError(response.status, error.message, key, error);
    }
  } catch {
    // Not JSON: the status has to do.
  }
  return new ApiError(response.status, `The server answered ${response.status} ${response.statusText}`.trim(), key);
}
