import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: "../../frontend-schema.graphql",
  documents: "typed/*.ts",
  generates: {
    "typed/gql/": {
      preset: "client",
      config: {
        avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
        documentMode: "string",
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { Base64: "string", DateTime: "string", JSON: "unknown" },
        useTypeImports: true,
      },
    },
  },
  emitLegacyCommonJSImports: false,
} satisfies CodegenConfig;
