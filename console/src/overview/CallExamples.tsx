import { Tabs } from "radix-ui";
import { baseUrl } from "../api/client";
import { maskKey, useKey } from "../session/credential";
import { Card } from "../ui/Card";
import { CopyButton } from "../ui/Copy";
import { colour, snippets } from "./snippets";

const NO_KEY = "YOUR_KEY";
const tones = { plain: "text-[#e9e5dc]", string: "text-[#f5b78f]", word: "text-[#9fc7b4]" } as const;

/** How to call the API, ready to paste: the key is shown masked and copied whole. */
export function CallExamples({ model }: { model: string }) {
  const key = useKey();
  const shown = snippets(baseUrl, key ? maskKey(key) : NO_KEY, model);
  const whole = snippets(baseUrl, key ?? NO_KEY, model);
  return (
    <Card className="overflow-hidden">
      <Tabs.Root defaultValue="curl">
        <Tabs.List aria-label="Language" className="flex gap-1 border-b border-line px-2">
          {shown.map(({ id, label }) => (
            <Tabs.Trigger key={id} value={id} className="-mb-px border-b-2 border-transparent px-2.5 py-2.5 text-sm font-medium text-faint outline-offset-[-3px] transition hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink">
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {shown.map(({ id, label, code }, index) => (
          <Tabs.Content key={id} value={id} className="relative outline-offset-[-3px]">
            <pre tabIndex={0} aria-label={`${label} example`} className="min-h-76 overflow-x-auto bg-[#211f1b] p-4 pr-24 font-mono text-[0.8125rem] leading-[1.65] outline-offset-[-3px]">
              <code>{colour(code).map((piece, at) => <span key={at} className={tones[piece.kind]}>{piece.text}</span>)}</code>
            </pre>
            <CopyButton text={whole[index]?.code ?? code} label={`Copy the ${label} example`} className="absolute top-3 right-3 border border-[#4a463d] bg-[#2d2a25] px-2.5 text-[#d8d3c7] hover:bg-[#3a362f] hover:text-[#ffffff]">
              Copy
            </CopyButton>
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Card>
  );
}
