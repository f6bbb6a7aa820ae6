import type { ReactNode } from "react";

const tones = {
  plain: "bg-line/60 text-soft",
  accent: "bg-accent-soft text-accent",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
} as const;

export type Tone = keyof typeof tones;

export function Badge({ tone = "plain", children, className = "" }: { tone?: Tone; children: ReactNode; className?: string }) {
  return <span className={`inline-flex h-5 items-center rounded-[5px] px-1.5 text-xs font-medium whitespace-nowrap ${tones[tone]} ${className}`}>{children}</span>;
}

const dots = { plain: "bg-line-strong", accent: "bg-accent", good: "bg-good", warn: "bg-warn", bad: "bg-bad" } as const;

/** A dot with its meaning beside it, so that colour is never the only sign. */
export function Status({ tone, children, hidden = false }: { tone: Tone; children: string; hidden?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap" title={children}>
      <span className={`size-2 rounded-full ${dots[tone]}`} aria-hidden="true" />
      <span className={hidden ? "sr-only" : "text-sm"}>{children}</span>
    </span>
  );
}
