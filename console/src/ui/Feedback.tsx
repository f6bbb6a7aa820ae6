import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Button } from "./Button";
import { WarnIcon } from "./icons";

/** Grey bars in place of rows that are being loaded. */
export function SkeletonRows({ rows = 6, className = "h-5" }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-4 p-4">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={`skeleton ${className} ${index % 3 === 1 ? "w-4/5" : index % 3 === 2 ? "w-11/12" : "w-full"}`} />
      ))}
    </div>
  );
}

/** What to say when there is nothing to show; `page` when it is all there is on the page. */
export function Empty({ title, children, action, page = false }: { title: string; children?: ReactNode; action?: ReactNode; page?: boolean }) {
  const Title = page ? "h1" : "p";
  return (
    <div className="flex flex-col items-center px-6 py-14 text-center">
      <svg viewBox="0 0 96 28" className="h-7 w-24 text-line-strong" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
        <circle cx="12" cy="14" r="7" />
        <circle cx="48" cy="14" r="7" strokeDasharray="3 3.3" />
        <circle cx="84" cy="14" r="7" />
      </svg>
      <Title className="mt-4 font-medium">{title}</Title>
      {children && <div className="mt-1 max-w-md text-sm text-soft">{children}</div>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

/** What went wrong, with the server's own words, and a way to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const status = error instanceof ApiError && error.status > 0 ? error.status : null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 px-4 py-6 sm:px-6">
      <WarnIcon className="size-5 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{status ? `The server answered ${status}` : "Not reachable"}</p>
        <p className="text-sm break-words text-soft">{error.message}</p>
      </div>
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}
