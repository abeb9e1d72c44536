// `npm run events` writes the browser's types of the events and of the API; with --check it only says whether they are up to date.
await import("./generate-events.mjs");
await import("./generate-api.mjs");
