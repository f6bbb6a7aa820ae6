import type { ButtonHTMLAttributes } from "react";

const kinds = {
  primary: "bg-ink text-on-ink hover:opacity-85 border-transparent",
  plain: "bg-panel text-ink border-line-strong hover:bg-sunken",
  quiet: "bg-transparent text-soft border-transparent hover:bg-sunken hover:text-ink",
  danger: "bg-bad-soft text-bad border-transparent hover:opacity-85",
} as const;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: keyof typeof kinds;
  busy?: boolean;
}

export function Button({ kind = "plain", busy = false, className = "", type = "button", disabled, children, ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`inline-flex h-[2.375rem] shrink-0 items-center justify-center gap-2 rounded-lg border px-3.5 text-sm font-medium whitespace-nowrap transition disabled:cursor-default disabled:opacity-50 ${kinds[kind]} ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}
