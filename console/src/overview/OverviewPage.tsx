import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { generationsQuery, modelsQuery } from "../api/queries";
import { GenerationTable } from "../generations/GenerationTable";
import { useKey } from "../session/credential";
import { SignIn } from "../session/SignIn";
import { Card, Section } from "../ui/Card";
import { Empty, Failure, SkeletonRows } from "../ui/Feedback";
import { ArrowIcon } from "../ui/icons";
import { CallExamples } from "./CallExamples";
import { Hero } from "./Hero";
import { Today } from "./Today";
import { TryIt } from "./TryIt";

const route = getRouteApi("/");

export function OverviewPage() {
  const { model: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const key = useKey();
  const catalogue = useQuery(modelsQuery);
  const talking = useMemo(() => (catalogue.data ?? []).filter((model) => model.architecture.output_modalities.includes("text")), [catalogue.data]);
  const model = wanted ?? talking[0]?.id ?? "";

  return (
    <div className="space-y-10">
      <Hero models={catalogue.data?.length ?? null} />
      {!key && <SignIn />}
      <div className="grid gap-x-6 gap-y-10 xl:grid-cols-2">
        <Section title="Call it" note="Any OpenAI client works: change its base URL and key." className="flex min-w-0 flex-col [&>:last-child]:flex-1">
          <CallExamples model={model || "author/model"} />
        </Section>
        <Section title="Try it" note="One streamed request through this server." className="flex min-w-0 flex-col [&>:last-child]:flex-1">
          <TryIt models={talking} model={model} onModel={(slug) => void navigate({ search: { model: slug }, replace: true, resetScroll: false })} disabled={!key} />
        </Section>
      </div>
      {key && <Activity />}
    </div>
  );
}

function Activity() {
  const midnight = useMidnight();
  const latest = useQuery(generationsQuery(0, 8));
  return (
    <>
      <Section title="Today"><Today midnight={midnight} /></Section>
      <Section
        title="Latest generations"
        action={<Link to="/generations" className="inline-flex items-center gap-1 text-sm font-medium text-accent hover:underline">All generations<ArrowIcon className="size-3.5" /></Link>}
      >
        <Card className="overflow-hidden">
          {latest.data ? (
            latest.data.data.length > 0
              ? <GenerationTable generations={latest.data.data} brief />
              : <Empty title="No request yet">Send one above, or from your own program.</Empty>
          ) : latest.error ? <Failure error={latest.error} retry={() => void latest.refetch()} /> : <SkeletonRows />}
        </Card>
      </Section>
    </>
  );
}

/** The last midnight in the reader's zone, moving on when the day ends. */
function useMidnight(): number {
  const [midnight, setMidnight] = useState(() => new Date().setHours(0, 0, 0, 0));
  useEffect(() => {
    const timer = setInterval(() => setMidnight(new Date().setHours(0, 0, 0, 0)), 60_000);
    return () => clearInterval(timer);
  }, []);
  return midnight;
}
