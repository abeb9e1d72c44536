import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server reads the manifest, so the page names hashed files; nothing is ever inlined, because the CSP refuses data: scripts and styles.
export default defineConfig({
  root: ".",
  base: "/static/dashboard/",
  publicDir: false,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "static/dashboard",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: "dashboard/src/main.tsx" },
  },
  test: {
    environment: "jsdom",
    include: ["dashboard/tests/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
});
