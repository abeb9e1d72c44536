// Holds the budget: what the landing page loads as script, gzipped, and each chunk that comes later.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LANDING_KB = 150;
const CHUNK_KB = 40;
const LANDING = ["dashboard/src/main.tsx", "dashboard/src/tools/ml/MlPage.tsx"];

const built = new URL("../../static/dashboard/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", built), "utf8"));
const size = (name) => gzipSync(readFileSync(new URL(manifest[name].file, built))).length / 1024;

/** A chunk and everything it imports at once. */
function closure(name, seen = new Set()) {
  if (!seen.has(name)) {
    seen.add(name);
    for (const next of manifest[name].imports ?? []) closure(next, seen);
  }
  return seen;
}

const landing = LANDING.reduce((seen, name) => closure(name, seen), new Set());
const total = [...landing].reduce((sum, name) => sum + size(name), 0);
let failed = total > LANDING_KB;
console.log(`landing  ${total.toFixed(1)} KB of ${LANDING_KB} (${[...landing].map((name) => `${name.split("/").pop()} ${size(name).toFixed(1)}`).join(", ")})`);
for (const name of Object.keys(manifest)) {
  if (!manifest[name].file.endsWith(".js") || name === LANDING[0]) continue;
  const kb = size(name);
  if (kb > CHUNK_KB) failed = true;
  console.log(`chunk    ${kb.toFixed(1)} KB of ${CHUNK_KB}  ${name}`);
}
if (failed) {
  console.error("Over the budget: import lazily, or do without.");
  process.exit(1);
}
