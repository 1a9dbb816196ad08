/** Hold a schema against an older one, as `node inspect.js OLD NEW`: end with 1 when it breaks what clients rely on. */

import { readFileSync } from "node:fs";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

const [older, newer] = process.argv.slice(2, 4).map((path) => buildSchema(readFileSync(path, "utf8")));
const changes = await diff(older, newer);
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);

for (const { message, path } of breaking) console.error(`${path}: ${message}`);
console.log(`${changes.length} changes, ${breaking.length} of them breaking`);
process.exitCode = breaking.length ? 1 : 0;
