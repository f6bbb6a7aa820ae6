import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { systemQuery } from "../api/queries";
import { keepKey, maskKey, useKey } from "../session/credential";
import { GenerationsIcon, HealthIcon, KeysIcon, ModelsIcon, MoonIcon, OutIcon, OverviewIcon, SunIcon } from "../ui/icons";
import { Wordmark } from "./Logo";
import { useTheme } from "./theme";

const places = [
  { to: "/", label: "Overview", Icon: OverviewIcon },
  { to: "/models", label: "Models", Icon: ModelsIcon },
  { to: "/health-status", label: "Health", Icon: HealthIcon },
  { to: "/generations", label: "Generations", Icon: GenerationsIcon },
  { to: "/keys", label: "Keys", Icon: KeysIcon },
] as const;

/** The frame of every page: a side bar on wide screens, a top bar and tabs at the bottom on narrow ones. */
export function Shell() {
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a href="#main" className="sr-only z-50 rounded-lg bg-ink px-4 py-2 text-on-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3">Skip to content</a>
      <aside className="hidden border-r border-line bg-sunken lg:block">
        <div className="sticky top-0 flex h-dvh flex-col px-4 py-5">
          <Link to="/" className="rounded-lg px-1.5 py-1" aria-label="Patchbay, overview"><Wordmark /></Link>
          <nav aria-label="Main" className="mt-7 flex flex-col gap-0.5">
            {places.map(({ to, label }) => <SideLink key={to} to={to} label={label} />)}
          </nav>
          <div className="mt-auto"><SideFoot /></div>
        </div>
      </aside>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex items-center justify-between border-b border-line bg-paper/90 px-4 py-2.5 backdrop-blur lg:hidden">
          <Link to="/" aria-label="Patchbay, overview"><Wordmark /></Link>
          <div className="flex items-center gap-1"><ThemeButton /><SignOut compact /></div>
        </header>
        <DemoBanner />
        <main id="main" tabIndex={-1} className="mx-auto w-full max-w-7xl flex-1 px-4 pt-6 pb-28 outline-none sm:px-6 lg:px-10 lg:pt-10 lg:pb-16">
          <Outlet />
        </main>
        <nav aria-label="Main" className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] lg:hidden">
          {places.map(({ to, label, Icon }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }} className="flex flex-col items-center gap-1 pt-2 pb-1.5 text-[0.6875rem] font-medium text-faint aria-[current=page]:text-accent">
              <Icon className="size-5" />
              {label}
            </Link>
          ))}
        </nav>
      </div>
    </div>
  );
}

function SideLink({ to, label }: { to: (typeof places)[number]["to"]; label: string }) {
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === "/", includeSearch: false }}
      className="group flex items-center gap-3 rounded-lg px-2.5 py-2 text-sm font-medium text-soft transition hover:text-ink aria-[current=page]:bg-panel aria-[current=page]:text-ink aria-[current=page]:shadow-lift"
    >
      <span aria-hidden="true" className="grid size-4 place-items-center rounded-full border-[1.5px] border-line-strong transition group-hover:border-faint group-aria-[current=page]:border-accent">
        <span className="size-1.5 rounded-full bg-line-strong transition group-aria-[current=page]:size-2 group-aria-[current=page]:bg-accent" />
      </span>
      {label}
    </Link>
  );
}

function SideFoot() {
  const system = useQuery(systemQuery);
  const key = useKey();
  return (
    <div className="space-y-3 text-xs text-faint">
      {key && (
        <div className="flex items-center justify-between gap-1 rounded-lg border border-line bg-panel py-1 pr-1 pl-2.5">
          <span className="truncate font-mono" title="The key in use">{maskKey(key)}</span>
          <SignOut compact />
        </div>
      )}
      <div className="flex items-center justify-between pl-1">
        <span className="min-h-4">{system.data ? `Version ${system.data.version}` : ""}</span>
        <ThemeButton />
      </div>
    </div>
  );
}

function SignOut({ compact = false }: { compact?: boolean }) {
  const key = useKey();
  if (!key) {
    return null;
  }
  return (
    <button type="button" onClick={() => keepKey(null)} title="Forget the key in this browser" aria-label="Sign out" className={`grid place-items-center rounded-md text-faint transition hover:bg-sunken hover:text-ink ${compact ? "size-8" : "size-9"}`}>
      <OutIcon className="size-4" />
    </button>
  );
}

function ThemeButton() {
  const [theme, toggle] = useTheme();
  const next = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" onClick={toggle} aria-label={`Switch to the ${next} theme`} title={`Switch to the ${next} theme`} className="grid size-8 place-items-center rounded-md text-faint transition hover:bg-sunken hover:text-ink">
      {theme === "dark" ? <SunIcon className="size-4.5" /> : <MoonIcon className="size-4.5" />}
    </button>
  );
}

function DemoBanner() {
  const { data } = useQuery(systemQuery);
  if (!data?.demo) {
    return null;
  }
  return (
    <section aria-label="Notice" className="border-b border-accent-line bg-accent-soft px-4 py-2 text-center text-sm text-ink">
      <strong className="font-semibold text-accent">Demo.</strong> All providers are simulated: answers are made up, and nothing costs real money.
    </section>
  );
}
