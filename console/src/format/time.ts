const dateTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** `21 Nov 2026, 08:03:11` in the reader's zone. */
export function moment(iso: string | null | undefined): string {
  return valid(iso) ? dateTime.format(new Date(iso)) : "–";
}

/** `21 Nov 2026`. Takes ISO text or Unix seconds. */
export function day(when: string | number | null | undefined): string {
  if (typeof when === "number") {
    return date.format(new Date(when * 1000));
  }
  return valid(when) ? date.format(new Date(when)) : "–";
}

/** How long ago, in one unit: `42 s ago`, `3 h ago`. */
export function ago(iso: string | null | undefined, now: number): string {
  if (!valid(iso)) {
    return "–";
  }
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 60) {
    return seconds < 5 ? "just now" : `${seconds} s ago`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ago`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

function valid(iso: string | null | undefined): iso is string {
  return !!iso && !Number.isNaN(Date.parse(iso));
}
