import { Tabs } from "radix-ui";
import { useState } from "react";
import { baseUrl } from "../api/client";
import { maskKey, useKey } from "../session/credential";
import { Card } from "../ui/Card";
import { Copyable, CopyButton } from "../ui/Copy";
import { colour, snippets } from "./snippets";

const NO_KEY = "YOUR_KEY";
const tones = { plain: "text-[#e9e5dc]", string: "text-[#f5b78f]", word: "text-[#9fc7b4]" } as const;

/** How to call the API, ready to paste: the key is shown masked and copied whole. */
export function CallExamples({ model }: { model: string }) {
  const key = useKey();
  const [language, setLanguage] = useState("curl");
  const shown = snippets(baseUrl, key ? maskKey(key) : NO_KEY, model);
  const whole = snippets(baseUrl, key ?? NO_KEY, model);
  return (
    <Card className="overflow-hidden">
      <Tabs.Root value={language} onValueChange={setLanguage} className="flex h-full flex-col">
        <div className="flex items-center justify-between border-b border-line pr-2">
          <Tabs.List aria-label="Language" className="flex px-2 sm:gap-1">
            {shown.map(({ id, label }) => (
              <Tabs.Trigger key={id} value={id} className="-mb-px border-b-2 border-transparent px-2.5 py-2.5 text-sm font-medium text-faint outline-offset-[-3px] transition hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink">
                {label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <CopyButton text={whole.find(({ id }) => id === language)?.code ?? ""} label="Copy the example">Copy</CopyButton>
        </div>
        {shown.map(({ id, label, code }) => (
          <Tabs.Content key={id} value={id} className="flex-1 bg-code data-[state=inactive]:hidden" tabIndex={-1}>
            <pre tabIndex={0} role="region" aria-label={`${label} example`} className="h-full min-h-74 overflow-x-auto p-4 font-mono text-[0.8125rem] leading-[1.65] outline-offset-[-3px]">
              <code>{colour(code).map((piece, at) => <span key={at} className={tones[piece.kind]}>{piece.text}</span>)}</code>
            </pre>
          </Tabs.Content>
        ))}
        <div className="grid gap-x-3 gap-y-2 border-t border-line p-3 sm:grid-cols-[1.5fr_1fr]">
          <Copyable text={baseUrl} label="Copy the base URL" />
          {key
            ? <Copyable text={key} shown={maskKey(key)} label="Copy the key" />
            : <p className="flex items-center text-xs text-faint">Sign in, and your key is filled in.</p>}
        </div>
      </Tabs.Root>
    </Card>
  );
}
