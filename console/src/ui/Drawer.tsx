import { type ReactNode, useEffect, useRef } from "react";
import { CloseIcon } from "./icons";

interface SheetProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** `side` slides in at the right edge; `centre` is a small dialog. */
  place?: "side" | "centre";
}

/** A modal sheet on the browser's own dialog: focus stays inside, Escape and a click beside it close it. */
export function Sheet({ open, title, onClose, children, place = "side" }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (open && element && !element.open) {
      element.showModal();
    } else if (!open && element?.open) {
      element.close();
    }
  }, [open]);

  const shape = place === "side"
    ? "slide-in fixed inset-y-0 right-0 left-auto m-0 h-dvh max-h-none w-full max-w-xl border-l"
    : "m-auto w-[calc(100%-2rem)] max-w-lg rounded-xl border";
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current.close()}
      className={`border-line bg-panel p-0 text-ink shadow-lift ${shape}`}
    >
      {open && (
        <div className={place === "side" ? "flex h-full flex-col" : ""}>
          <header className="flex items-center justify-between gap-3 border-b border-line py-3 pr-3 pl-5">
            <h2 className="font-semibold tracking-tight">{title}</h2>
            <button type="button" aria-label="Close" onClick={() => dialog.current?.close()} className="grid size-8 place-items-center rounded-md text-faint transition hover:bg-sunken hover:text-ink">
              <CloseIcon className="size-4.5" />
            </button>
          </header>
          <div className={place === "side" ? "min-h-0 flex-1 overflow-y-auto p-5" : "p-5"} tabIndex={place === "side" ? 0 : undefined}>{children}</div>
        </div>
      )}
    </dialog>
  );
}
