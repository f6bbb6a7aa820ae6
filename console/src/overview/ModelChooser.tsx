import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Model } from "../api/types";
import { search } from "../models/filters";
import { ChevronIcon } from "../ui/icons";

const SHOWN = 40;

/** A text field that finds a model: type, use the arrows, press Enter. */
export function ModelChooser({ models, value, onChange }: { models: Model[]; value: string; onChange: (slug: string) => void }) {
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const wanted = useDeferredValue(query);
  const found = useMemo(() => search(models, wanted).slice(0, SHOWN), [models, wanted]);

  useEffect(() => setActive(0), [wanted]);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  function choose(slug: string | undefined) {
    if (slug) {
      onChange(slug);
    }
    setOpen(false);
    setQuery("");
  }

  function onKey(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive((at) => Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), found.length - 1));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      choose(found[active]?.id);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      choose(undefined);
    }
  }

  return (
    <div className="relative" onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && choose(undefined)}>
      <label htmlFor={id} className="label">Model</label>
      <div className="relative mt-1">
        <input
          id={id}
          role="combobox"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && found[active] ? `${id}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={value || "Choose a model"}
          value={open ? query : value}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onChange={(event) => { setOpen(true); setQuery(event.target.value); }}
          onKeyDown={onKey}
          className="field w-full truncate pr-9 font-mono text-[0.8125rem]"
        />
        <ChevronIcon className="pointer-events-none absolute top-2.5 right-2.5 size-4.5 text-faint" />
      </div>
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label="Models" hidden={!open} className="absolute inset-x-0 top-full z-20 mt-1 max-h-72 overflow-y-auto rounded-lg border border-line-strong bg-panel p-1 shadow-lift">
        {found.map((model, index) => (
          <li
            key={model.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onPointerDown={(event) => { event.preventDefault(); choose(model.id); }}
            onPointerMove={() => setActive(index)}
            className="flex cursor-pointer items-baseline justify-between gap-3 rounded-md px-2.5 py-1.5 text-sm aria-selected:bg-sunken"
          >
            <span className="truncate">{model.name}</span>
            <span className="truncate font-mono text-xs text-faint">{model.id}</span>
          </li>
        ))}
        {found.length === 0 && <li className="px-2.5 py-2 text-sm text-faint">No model matches.</li>}
      </ul>
    </div>
  );
}
