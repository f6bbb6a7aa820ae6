import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon } from "./icons";

async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text);
  }
  // Plain http on another machine has no clipboard API.
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** Copies `text` and says so for a moment. */
export function CopyButton({ text, label, className = "", children }: { text: string; label: string; className?: string; children?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) {
      return;
    }
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);

  return (
    <button
      type="button"
      aria-label={copied ? `${label}: copied` : label}
      title={copied ? "Copied" : label}
      onClick={() => void toClipboard(text).then(() => setCopied(true))}
      className={`inline-flex h-7 min-w-7 shrink-0 items-center justify-center gap-1.5 rounded-md px-1.5 text-xs font-medium text-faint transition hover:bg-sunken hover:text-ink ${className}`}
    >
      {copied ? <CheckIcon className="size-3.5 text-good" /> : <CopyIcon className="size-3.5" />}
      {children && <span>{copied ? "Copied" : children}</span>}
    </button>
  );
}

/** A line of code in a box that can be copied; `shown` replaces what is displayed. */
export function Copyable({ text, shown, label = "Copy", className = "" }: { text: string; shown?: string; label?: string; className?: string }) {
  return (
    <div className={`flex items-center gap-2 rounded-lg border border-line bg-sunken py-1 pr-1.5 pl-3 ${className}`}>
      <code className="min-w-0 flex-1 truncate font-mono text-[0.8125rem] text-ink">{shown ?? text}</code>
      <CopyButton text={text} label={label} className="hover:bg-panel" />
    </div>
  );
}
