/** Refused alerts: why, the text as it came without its secrets, and what to change. */

import { FlaskConical } from "lucide-react";
import { useMemo, useState } from "react";

import { Card } from "../../components/Card";
import { Choose } from "../../components/Choose";
import { CopyButton } from "../../components/CopyButton";
import { Problem } from "../../components/Problem";
import { Empty, Loading } from "../../components/States";
import { Cards } from "../../components/table/Cards";
import type { Column } from "../../components/table/column";
import type { ListProps } from "../../components/table/list";
import { Table } from "../../components/table/Table";
import { Time } from "../../components/Time";
import type { Reject } from "../../connection/api";
import { go } from "../../state/location";
import { usePhone } from "../../state/media";
import { useRejects } from "./trouble";
import { reason } from "./words";

const columns: readonly Column<Reject>[] = [
  { id: "time", title: "Time", width: "108px", narrow: "100px", cell: (one) => <Time at={one.at} /> },
  { id: "code", title: "Reason", width: "148px", narrow: "120px", cell: (one) => <span className="text-warn" title={one.code}>{reason(one.code)}</span> },
  { id: "raw", title: "Text", width: "minmax(120px, 1fr)", cell: (one) => <span className="figure text-muted">{one.raw}</span> },
];

const rowId = (one: Reject): string => String(one.seq);
const name = (one: Reject): string => `Refused: ${reason(one.code)}`;
const content = (one: Reject) => <Refusal reject={one} />;

interface Props {
  source: string;
  /** How many were refused for each reason. */
  counts: Readonly<Record<string, number>>;
}

export function Rejects({ source, counts }: Props) {
  const phone = usePhone();
  const [code, setCode] = useState("");
  const [openId, setOpenId] = useState<string | null>(null);
  const { query, rows } = useRejects(source, code);
  const detail = useMemo(() => ({ openId, onToggle: (id: string) => setOpenId((now) => (now === id ? null : id)), name, content }), [openId]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const onEnd = useMemo(() => () => void (hasNextPage && !isFetchingNextPage && fetchNextPage()), [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const codes = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  const list: ListProps<Reject> = { label: "Refused alerts", rows, rowId, detail, onEnd, marks: (one) => ({ "data-reject": one.code }) };
  return (
    <Card
      title="Refused alerts"
      span={7}
      flush
      actions={codes.length > 0 && <Choose label="Every reason" value={code} options={codes.map(([value, count]) => ({ value, label: `${reason(value)} · ${count}` }))} onChoose={setCode} />}
    >
      {query.isError && <Problem what="The refused alerts could not be loaded." error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <div className="px-4"><Loading what="refused alerts" /></div>}
      {query.isSuccess && rows.length === 0 && (
        <div className="px-4 pb-3">
          <Empty title={code === "" ? "Nothing was refused." : "Nothing was refused for this reason."}>An alert that can’t be used appears here with its reason and what to change.</Empty>
        </div>
      )}
      {rows.length > 0 && (phone ? <Cards {...list} height={52} maxHeight={420} card={(one) => <RejectCard reject={one} />} /> : <Table {...list} columns={columns} maxHeight={420} />)}
    </Card>
  );
}

function RejectCard({ reject }: { reject: Reject }) {
  return (
    <>
      <span className="flex w-full gap-2">
        <span className="text-warn">{reason(reject.code)}</span>
        <span className="ml-auto text-muted">
          <Time at={reject.at} />
        </span>
      </span>
      <span className="figure w-full truncate text-muted">{reject.raw}</span>
    </>
  );
}

function Refusal({ reject }: { reject: Reject }) {
  return (
    <section aria-label="Refused alert" className="hairline-b cursor-auto space-y-3 bg-lifted px-4 pt-1 pb-3 whitespace-normal min-[720px]:pl-10">
      <p>
        {reject.message} <span className="text-muted">{reject.hint}</span>
      </p>
      <pre
        // Long alerts scroll inside, so the keyboard must reach them.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="region"
        aria-label="Alert text as it came"
        className="figure max-h-44 overflow-auto rounded border border-line bg-ground px-3 py-2 wrap-anywhere whitespace-pre-wrap text-muted"
      >
        {reject.raw === "" ? "(empty)" : reject.raw}
      </pre>
      <div className="-ml-2 flex flex-wrap gap-1">
        <button type="button" className="quiet text-accent!" onClick={() => go(`/webhooks/try?seq=${reject.seq}`)}>
          <FlaskConical size={13} aria-hidden />
          Try and teach it
        </button>
        <CopyButton text={() => reject.raw}>Copy text</CopyButton>
      </div>
    </section>
  );
}
