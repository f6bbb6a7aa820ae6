import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, request } from "../api/client";
import { Mark } from "../shell/Logo";
import { Button } from "../ui/Button";
import { Card } from "../ui/Card";
import { Copyable } from "../ui/Copy";
import { keepKey, keyWasRefused } from "./credential";

/** Asks for a key, tries it, and keeps it in this browser; `page` when it is all there is on the page. */
export function SignIn({ title = "Plug in your key", note, page = false }: { title?: string; note?: string; page?: boolean }) {
  const Title = page ? "h1" : "h2";
  const queries = useQueryClient();
  const [value, setValue] = useState("");
  const [error, setError] = useState<string | null>(() => (keyWasRefused() ? "The server no longer accepts the key that was used here." : null));
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const key = value.trim();
    if (!key) {
      setError("Paste a key first.");
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await request("/key", { key });
      keepKey(key);
      await queries.invalidateQueries();
    } catch (cause) {
      const refused = cause instanceof ApiError && cause.status === 401;
      setError(refused ? "The server does not know this key." : (cause as Error).message);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card className="mx-auto w-full max-w-xl p-6 sm:p-8">
      <Mark className="size-9" />
      <Title className="mt-4 text-lg font-semibold tracking-tight">{title}</Title>
      <p className="mt-1 text-sm text-soft">{note ?? "Requests, costs and keys are visible to key holders. Models and health are open to everyone."}</p>
      <form onSubmit={submit} className="mt-5" noValidate>
        <label htmlFor="sign-in-key" className="label">Key</label>
        <div className="mt-1.5 flex gap-2">
          <input
            id="sign-in-key"
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            placeholder="sk-pb-v1-…"
            value={value}
            onChange={(event) => setValue(event.target.value)}
            aria-invalid={error !== null}
            aria-describedby="sign-in-error"
            className="field min-w-0 flex-1 font-mono"
          />
          <Button type="submit" kind="primary" busy={busy}>Connect</Button>
        </div>
        <p id="sign-in-error" role="alert" className="mt-2 mb-3 min-h-5 text-sm text-bad">{error}</p>
      </form>
      <div className="border-t border-line pt-4 text-sm text-soft">
        <p>Where to find one: the server prints a link with the key when it starts, and keeps the key in the file <code className="font-mono text-ink">master.key</code> in its data directory. Or make a new one:</p>
        <Copyable text="patchbay keys create --name me" className="mt-2.5" />
      </div>
    </Card>
  );
}
