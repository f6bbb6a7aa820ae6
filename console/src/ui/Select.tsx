import type { SelectHTMLAttributes } from "react";
import { ChevronIcon } from "./icons";

/** The browser's own choice list in our clothes. */
export function SelectBox({ className = "", children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <div className="relative min-w-0">
      <select className={`field w-full appearance-none truncate pr-8 ${className}`} {...rest}>{children}</select>
      <ChevronIcon className="pointer-events-none absolute top-2.5 right-2.5 size-4.5 text-faint" />
    </div>
  );
}

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
    <SelectBox aria-label={label} value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)} className={value && all ? "border-accent bg-accent-soft" : ""}>
      {all && <option value="">{all}</option>}
      {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
    </SelectBox>
  );
}
