import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { request } from "../api/client";
import { keysQuery } from "../api/queries";
import type { CreatedApiKey, NewApiKey } from "../api/types";
import { Button } from "../ui/Button";
import { Copyable } from "../ui/Copy";
import { SelectBox } from "../ui/Select";

const resets = [["", "Never"], ["daily", "Every day"], ["weekly", "Every week"], ["monthly", "Every month"]] as const;

export function CreateKey({ onDone }: { onDone: () => void }) {
  const queries = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const create = useMutation({
    mutationFn: (body: NewApiKey) => request<CreatedApiKey>("/keys", { method: "POST", body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: keysQuery.queryKey }),
    onError: (cause) => setError(cause.message),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim();
    const limit = String(form.get("limit")).trim();
    const days = Number(form.get("days"));
    if (!name) {
      setError("Give the key a name.");
      return;
    }
    if (limit && !(Number(limit) >= 0)) {
      setError("The limit is not an amount of dollars.");
      return;
    }
    setError(null);
    create.mutate({
      name,
      limit: limit ? Number(limit) : null,
      limit_reset: limit ? ((String(form.get("reset")) || null) as NewApiKey["limit_reset"]) : null,
      expires_at: days > 0 ? new Date(Date.now() + days * 86_400_000).toISOString() : null,
    });
  }

  if (create.data) {
    return (
      <div>
        <p className="text-sm text-soft">Copy <strong className="text-ink">{create.data.data.name}</strong> now. It is stored as a hash and cannot be shown again.</p>
        <Copyable text={create.data.key} label="Copy the key" className="mt-3 border-accent-line bg-accent-soft" />
        <div className="mt-5 flex justify-end"><Button kind="primary" onClick={onDone}>I have copied it</Button></div>
      </div>
    );
  }
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <Field id="key-name" label="Name"><input id="key-name" name="name" autoComplete="off" placeholder="Nightly report" autoFocus className="field w-full" /></Field>
      <div className="grid grid-cols-2 gap-3">
        <Field id="key-limit" label="Limit in USD"><input id="key-limit" name="limit" inputMode="decimal" autoComplete="off" placeholder="Unlimited" className="field w-full" /></Field>
        <Field id="key-reset" label="Limit starts afresh">
          <SelectBox id="key-reset" name="reset">{resets.map(([value, text]) => <option key={value} value={value}>{text}</option>)}</SelectBox>
        </Field>
      </div>
      <Field id="key-days" label="Works for">
        <SelectBox id="key-days" name="days">
          <option value="0">Until deleted</option><option value="7">7 days</option><option value="30">30 days</option><option value="90">90 days</option><option value="365">A year</option>
        </SelectBox>
      </Field>
      <p role="alert" className="min-h-5 text-sm text-bad">{error}</p>
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" kind="primary" busy={create.isPending}>Make the key</Button>
      </div>
    </form>
  );
}

function Field({ id, label, children }: { id: string; label: string; children: React.ReactNode }) {
  return <div><label htmlFor={id} className="label mb-1 block">{label}</label>{children}</div>;
}
