import { count } from "../format/numbers";
import { Button } from "./Button";

export function Pager({ page, size, total, onPage }: { page: number; size: number; total: number; onPage: (page: number) => void }) {
  const last = Math.max(1, Math.ceil(total / size));
  if (last === 1) {
    return null;
  }
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-4 border-t border-line px-4 py-3">
      <p className="text-sm text-soft">
        {count((page - 1) * size + 1)}–{count(Math.min(total, page * size))} of {count(total)}
      </p>
      <div className="flex gap-2">
        <Button disabled={page <= 1} onClick={() => onPage(page - 1)}>Previous</Button>
        <Button disabled={page >= last} onClick={() => onPage(page + 1)}>Next</Button>
      </div>
    </nav>
  );
}
