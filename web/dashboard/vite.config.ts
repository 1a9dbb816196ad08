import { defineConfig } from "vite";

import { relayArtifacts } from "./tools/relay-artifacts.ts";

export default defineConfig({
  // The server writes where the assets are, since it may be under any path of a proxy.
  base: "./",
  plugins: [relayArtifacts()],
  define: { __DEV__: "false" },
  build: {
    outDir: "../../resolvers/transports/static/dashboard",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Libraries warn bundlers of nothing that this page has.
      onLog: (level, log, report) => log.code !== "MODULE_LEVEL_DIRECTIVE" && report(level, log),
      output: {
        codeSplitting: {
          // What every page needs comes in few requests; its own part changes more often than its libraries.
          groups: [{ name: "libraries", test: /node_modules\/(react|react-dom|scheduler|relay-runtime|react-relay|@tanstack|graphql-ws)\// }],
        },
      },
    },
  },
  server: { proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true } } },
});
