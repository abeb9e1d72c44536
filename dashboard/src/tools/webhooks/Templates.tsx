/** Messages to paste, one for each convention that the desk reads. */

import { useState } from "react";

import { Card } from "../../components/Card";
import { Choose } from "../../components/Choose";
import { usePhone } from "../../state/media";
import { MessageText } from "./MessageText";
import { TEMPLATES } from "./messages";

export function Templates() {
  const phone = usePhone();
  const [id, setId] = useState(TEMPLATES[0]?.id ?? "");
  const chosen = TEMPLATES.find((one) => one.id === id) ?? TEMPLATES[0];
  if (chosen === undefined) return null;
  return (
    <Card title="2 · What the alert says" note={<span className="max-[719px]:hidden">{`${TEMPLATES.length} messages to paste; any of these conventions is understood`}</span>} span={7}>
      <div className="grid gap-4 min-[720px]:grid-cols-[200px_minmax(0,1fr)]">
        {phone ? (
          <Choose label="Message" optional={false} wide value={id} options={TEMPLATES.map((one) => ({ value: one.id, label: one.name }))} onChoose={setId} />
        ) : (
          <div role="radiogroup" aria-label="Message" className="-ml-2 max-h-[480px] overflow-y-auto">
            {TEMPLATES.map((one) => (
              <label key={one.id} data-template={one.id} className="flex min-h-7 cursor-pointer items-center rounded px-2 py-0.5 text-muted hover:bg-lifted hover:text-text has-checked:bg-lifted has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent">
                <input type="radio" className="sr-only" name="template" checked={one.id === id} onChange={() => setId(one.id)} />
                <span className="truncate">{one.name}</span>
              </label>
            ))}
          </div>
        )}
        <div className="min-w-0">
          <p className="mb-2 text-muted">
            <span className="text-text">{chosen.who}.</span> {chosen.note}
          </p>
          <MessageText key={chosen.id} label={`Message: ${chosen.name}`} text={chosen.text} />
        </div>
      </div>
    </Card>
  );
}
