import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";
import { GenerationsPage } from "./generations/GenerationsPage";
import { HealthPage } from "./health/HealthPage";
import { KeysPage } from "./keys/KeysPage";
import { readFilters } from "./models/filters";
import { ModelPage } from "./models/ModelPage";
import { ModelsPage } from "./models/ModelsPage";
import { OverviewPage } from "./overview/OverviewPage";
import { Shell } from "./shell/Shell";
import { Empty } from "./ui/Feedback";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => (
    <Empty page title="Nothing is plugged in here" action={<Link to="/" className="text-accent underline underline-offset-4">Back to the overview</Link>}>
      This address does not exist.
    </Empty>
  ),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: (search: Record<string, unknown>): { model?: string } => ({ model: text(search["model"]) }),
  component: OverviewPage,
});

const models = createRoute({ getParentRoute: () => root, path: "/models", validateSearch: readFilters, component: ModelsPage });

const model = createRoute({ getParentRoute: () => root, path: "/models/$author/$slug", component: ModelPage });

const health = createRoute({ getParentRoute: () => root, path: "/health-status", component: HealthPage });

const generations = createRoute({
  getParentRoute: () => root,
  path: "/generations",
  validateSearch: (search: Record<string, unknown>): { id?: string; page?: number } => ({
    id: text(search["id"]),
    page: Number(search["page"]) > 1 ? Math.floor(Number(search["page"])) : undefined,
  }),
  component: GenerationsPage,
});

const keys = createRoute({ getParentRoute: () => root, path: "/keys", component: KeysPage });

export const router = createRouter({
  routeTree: root.addChildren([overview, models, model, health, generations, keys]),
  scrollRestoration: true,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value ? value : undefined;
}
