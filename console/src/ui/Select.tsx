import { ChevronIcon } from "./icons";

interface SelectProps {
  label: string;
  /** The choice that means no restriction. */
  all?: string;
  value: string | undefined;
  options: ReadonlyArray<readonly [string, string]>;
  onChange: (value: string | undefined) => void;
}

export function Select({ label, all, value, options, onChange }: SelectProps) {
  return (
    <div className="relative min-w-0">
      <select
        aria-label={label}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value || undefined)}
        className={`field w-full appearance-none truncate pr-8 ${value && all ? "border-accent bg-accent-soft" : ""}`}
      >
        {all && <option value="">{all}</option>}
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
      <ChevronIcon className="pointer-events-none absolute top-2.5 right-2.5 size-4.5 text-faint" />
    </div>
  );
}
