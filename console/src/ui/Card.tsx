import type { ReactNode } from "react";

export function Card({ children, className = "" }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-xl border border-line bg-panel shadow-lift ${className}`}>{children}</div>;
}

/** A titled part of a page. */
export function Section({ title, note, action, children, className = "" }: { title: string; note?: ReactNode; action?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section className={className}>
      <div className={`mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-1 ${action ? "min-h-8" : ""}`}>
        <div>
          <h2 className="text-base font-semibold tracking-tight">{title}</h2>
          {note && <p className="text-sm text-soft">{note}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

export function PageHead({ title, note, children }: { title: string; note?: ReactNode; children?: ReactNode }) {
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        {note && <p className="mt-1 max-w-2xl text-soft">{note}</p>}
      </div>
      {children}
    </div>
  );
}
