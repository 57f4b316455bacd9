/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Where `npm run dev` finds the API; the built page is served by the same process as the API.
const server = "http://127.0.0.1:8200";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../catalog/static",
    emptyOutDir: true,
    // An inlined asset is a data: URL, which the content security policy refuses.
    assetsInlineLimit: 0,
    // These know light-dark(), so that colours need no second rule for dark mode.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    chunkSizeWarningLimit: 1_000,
  },
  server: {
    proxy: { "/api": server, "/openapi.json": server },
  },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
