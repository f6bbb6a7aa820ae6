import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { generationsQuery } from "../api/queries";
import { count } from "../format/numbers";
import { useKey } from "../session/credential";
import { SignIn } from "../session/SignIn";
import { Status } from "../ui/Badge";
import { Card, PageHead } from "../ui/Card";
import { Sheet } from "../ui/Drawer";
import { Empty, Failure, SkeletonRows } from "../ui/Feedback";
import { Pager } from "../ui/Pager";
import { GenerationDetails } from "./GenerationDetails";
import { GenerationTable } from "./GenerationTable";

const PAGE = 25;
const route = getRouteApi("/generations");

export function GenerationsPage() {
  const key = useKey();
  const { id, page = 1 } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery({ ...generationsQuery((page - 1) * PAGE, PAGE), enabled: key !== null });

  if (!key) {
    return <SignIn page title="Generations are private" note="Sign in with a key to see the requests of its workspace." />;
  }
  return (
    <>
      <PageHead title="Generations" note={data ? `${count(data.total_count)} requests through this workspace, newest first.` : "Requests through this workspace, newest first."}>
        {error && !data ? null : <Status tone={error ? "warn" : "good"}>{error ? "Refresh failed, trying again" : "Live"}</Status>}
      </PageHead>
      <Card className="overflow-hidden">
        {data ? (
          data.data.length > 0 ? <GenerationTable generations={data.data} /> : <Empty title="No request yet">Every call to the API appears here a moment after it ends.</Empty>
        ) : error ? <Failure error={error} retry={() => void refetch()} /> : <SkeletonRows rows={10} />}
        <Pager page={page} size={PAGE} total={data?.total_count ?? 0} onPage={(next) => void navigate({ search: { page: next > 1 ? next : undefined } })} />
      </Card>
      <Sheet open={id !== undefined} title="Generation" onClose={() => void navigate({ search: (old) => ({ page: old.page }), resetScroll: false })}>
        {id && <GenerationDetails id={id} known={data?.data.find((generation) => generation.id === id)} />}
      </Sheet>
    </>
  );
}
