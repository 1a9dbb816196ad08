import { defineConfig } from "vite";

import { relayArtifacts } from "./tools/relay-artifacts.ts";

export default defineConfig({
  base: "/dashboard/",
  plugins: [relayArtifacts()],
  define: { __DEV__: "false" },
  build: {
    outDir: "../../resolvers/transports/static/dashboard",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
});
