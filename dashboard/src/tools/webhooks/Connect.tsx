/** Set-up: where alerts go, what they say, and a first one that really travels. */

import { Card } from "../../components/Card";
import { TestAlert } from "../../components/signal/TestAlert";
import { Address } from "./Address";
import { Builder } from "./Builder";
import { useSources } from "./sources";
import { Templates } from "./Templates";

export function Connect() {
  const sources = useSources();
  const first = sources.data?.[0];
  return (
    <>
      <Address />
      <Templates />
      <Builder />
      {first && (
        <Card title="3 · See one arrive" note={<span className="max-[719px]:hidden">a marked test alert through the real webhook, kept apart from your figures</span>}>
          <TestAlert webhook={first.url} />
        </Card>
      )}
    </>
  );
}
