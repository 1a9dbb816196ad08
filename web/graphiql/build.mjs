// Builds GraphiQL into the directory given as argument: index.html, and assets/ with a hash in each name.
import { readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { build } from "esbuild";

const target = process.argv[2];
await rm(target, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["main.jsx"],
  outdir: join(target, "assets"),
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  loader: { ".graphql": "text" },
  alias: { "react-style-singleton": "./no-style-elements.js" },
  minify: true,
  keepNames: true, // GraphiQL uses function names as the titles of its icons
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
  logLevel: "warning",
});

const [script, output] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === "main.jsx");
const page = await readFile("index.html", "utf8");
await writeFile(
  join(target, "index.html"),
  page.replace("{main.js}", basename(script)).replace("{main.css}", basename(output.cssBundle)),
);
