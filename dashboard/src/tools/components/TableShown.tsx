/** Ten thousand rows: sorted by a click, walked by key, opening in place; cards on a phone. */

import { useCallback, useMemo, useState } from "react";

import { Card } from "../../components/Card";
import { Cards } from "../../components/table/Cards";
import type { Column } from "../../components/table/column";
import { Table } from "../../components/table/Table";
import { price, rMultiple } from "../../state/format";
import { usePhone } from "../../state/media";

interface Row {
  id: string;
  symbol: string;
  price: number;
  result: number | null;
}

const SYMBOLS = ["MNQ1!", "NQ1!", "AAPL", "BTCUSDT.P"] as const;
const rows: readonly Row[] = Array.from({ length: 10_000 }, (_, index) => ({
  id: String(index),
  symbol: SYMBOLS[index % SYMBOLS.length] ?? "",
  price: 20_000 + ((index * 7_919) % 10_000) / 4,
  result: index % 5 === 0 ? null : ((index * 31) % 400) / 100 - 1.5,
}));
const rowId = (row: Row): string => row.id;
const name = (row: Row): string => `Row ${row.id}`;
const content = (row: Row) => <p className="hairline-b bg-lifted px-4 py-2 text-muted">Row {row.id} opened in place.</p>;
const card = (row: Row) => (
  <span className="flex gap-3">
    <span className="font-semibold">{row.symbol}</span>
    <span className="figure">{price(row.price)}</span>
    <span className="figure ml-auto">{rMultiple(row.result)}</span>
  </span>
);

const columns: readonly Column<Row>[] = [
  { id: "id", title: "No.", width: "64px", right: true, sortBy: (row) => Number(row.id), cell: (row) => <span className="figure">{row.id}</span> },
  { id: "symbol", title: "Symbol", width: "minmax(96px, 1fr)", sortBy: (row) => row.symbol, cell: (row) => <span className="font-semibold">{row.symbol}</span> },
  { id: "price", title: "Price", width: "112px", right: true, sortBy: (row) => row.price, cell: (row) => <span className="figure">{price(row.price)}</span> },
  { id: "result", title: "Result", width: "112px", right: true, hint: "In multiples of the risk", sortBy: (row) => row.result, cell: (row) => <span className="figure">{rMultiple(row.result)}</span> },
];

export function TableShown() {
  const phone = usePhone();
  const [openId, setOpenId] = useState<string | null>("1");
  const onToggle = useCallback((id: string) => setOpenId((now) => (now === id ? null : id)), []);
  const detail = useMemo(() => ({ openId, onToggle, name, content }), [openId, onToggle]);
  const list = { label: "Rows", rows, rowId, detail, maxHeight: 280, marks: (row: Row) => ({ "data-row": row.id }) as const };
  return (
    <Card title="Table" flush note="10 000 rows">
      {phone ? <Cards {...list} card={card} height={42} /> : <Table {...list} columns={columns} />}
    </Card>
  );
}
