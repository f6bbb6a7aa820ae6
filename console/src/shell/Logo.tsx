/** The mark: four jacks, two of them joined by a cable. */
export function Mark({ className = "size-7" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect x="0.5" y="0.5" width="31" height="31" rx="8" className="fill-code stroke-line" />
      <g fill="none" strokeWidth="2.2">
        <circle cx="9.5" cy="10" r="3.4" stroke="#8d877b" />
        <circle cx="22.5" cy="22" r="3.4" stroke="#8d877b" />
        <circle cx="22.5" cy="10" r="3.4" stroke="#f2935d" />
        <circle cx="9.5" cy="22" r="3.4" stroke="#f2935d" />
        <path d="M9.5 22C9.5 13 22.5 19 22.5 10" stroke="#f2935d" strokeLinecap="round" />
      </g>
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5">
      <Mark />
      <span className="text-[1.0625rem] font-semibold tracking-tight">Patchbay</span>
    </span>
  );
}
