import { fileURLToPath } from "node:url";

import type { Plugin } from "vite";

const TAG = /graphql`\s*(?:query|mutation|subscription|fragment)\s+(\w+)[^`]*`/g;
const ARTIFACTS = fileURLToPath(new URL("../src/__generated__", import.meta.url));

/** Replaces each graphql`…` by the artifact that relay-compiler made of it. */
export function relayArtifacts(): Plugin {
  return {
    name: "relay-artifacts",
    enforce: "pre",
    transform(code, id) {
      if (!/\.tsx?$/.test(id) || id.startsWith(ARTIFACTS) || !code.includes("graphql`")) return null;
      const names = new Set<string>();
      const replaced = code.replace(TAG, (text, name: string) => {
        names.add(name);
        return `artifact${name}` + "\n".repeat(text.split("\n").length - 1);
      });
      const imports = [...names].map((name) => `import artifact${name} from "${ARTIFACTS}/${name}.graphql.ts";`);
      return { code: imports.join("") + replaced, map: null };
    },
  };
}
