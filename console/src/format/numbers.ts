const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `12345` → `12,345`. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : whole.format(value);
}

/** A token count in its usual short form: `128000` → `128K`, `1048576` → `1.05M`. */
export function tokens(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return "–";
  }
  if (value >= 999_500) {
    return `${trim(value / 1_000_000, 2)}M`;
  }
  return value >= 10_000 ? `${trim(value / 1_000, 0)}K` : value >= 1_000 ? `${trim(value / 1_000, 1)}K` : String(value);
}

/** Milliseconds for people: `840` → `840 ms`, `2350` → `2.35 s`. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return "–";
  }
  return value < 1000 ? `${Math.round(value)} ms` : `${trim(value / 1000, value < 10_000 ? 2 : 1)} s`;
}

/** Tokens a second: `64.28` → `64 tok/s`. */
export function speed(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? "–"
    : `${value < 10 ? trim(value, 1) : Math.round(value)} tok/s`;
}

/** A percentage of uptime; never rounds up to 100. */
export function uptime(value: number | null | undefined): string {
  if (value === null || value === undefined) {
    return "–";
  }
  const cut = Math.floor(value * 100 + 1e-6) / 100;
  return `${trim(cut, 2)}%`;
}

/** The middle of the values, or null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) {
    return null;
  }
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function trim(value: number, places: number): string {
  return String(Number(value.toFixed(places)));
}
