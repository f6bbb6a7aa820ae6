import { useSyncExternalStore } from "react";

const SLOT = "patchbay.key";
const listeners = new Set<() => void>();
let key = read();
let lost = false;

/** The key that requests are signed with, or null. */
export function currentKey(): string | null {
  return key;
}

/** Forgets the key because the server refused it; another key that came in meanwhile stays. */
export function refuseKey(refused: string): void {
  if (refused && refused === key) {
    change(null, true);
  }
}

/** Whether the last key was given up because the server refused it. */
export function keyWasRefused(): boolean {
  return lost;
}

/** Keeps the key in this browser, or forgets it. */
export function keepKey(next: string | null): void {
  change(next, false);
}

function change(next: string | null, refused: boolean): void {
  key = next;
  lost = refused;
  try {
    if (next === null) {
      localStorage.removeItem(SLOT);
    } else {
      localStorage.setItem(SLOT, next);
    }
  } catch {
    // Storage is blocked: the key lasts as long as the page.
  }
  listeners.forEach((listener) => listener());
}

/** Takes the key from `#key=…` and removes it from the address bar and the history. Call before the router starts. */
export function takeKeyFromAddress(): void {
  const found = new URLSearchParams(location.hash.slice(1)).get("key");
  if (found) {
    keepKey(found.trim());
    history.replaceState(null, "", location.pathname + location.search);
  }
}

export function useKey(): string | null {
  return useSyncExternalStore(onKeyChange, currentKey);
}

/** Enough of a key to recognise it: `sk-pb-v1-4f2…9ac1`. */
export function maskKey(secret: string): string {
  return secret.length <= 12 ? "•".repeat(secret.length) : `${secret.slice(0, 12)}…${secret.slice(-4)}`;
}

/** Calls the listener whenever the key changes, until the function given back is called. */
export function onKeyChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(): string | null {
  try {
    return localStorage.getItem(SLOT);
  } catch {
    return null;
  }
}
