// Sets the look before the first paint, so that a paper theme never flashes dark. Kept in step with dashboard/src/state/preferences.ts.
try {
  const kept = JSON.parse(localStorage.getItem("signal-desk.preferences") || "{}");
  for (const name of ["theme", "palette", "density"]) {
    if (typeof kept[name] === "string") document.documentElement.dataset[name] = kept[name];
  }
} catch {
  // Storage may be forbidden; the default look is fine.
}
