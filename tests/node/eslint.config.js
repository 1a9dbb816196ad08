/** The schema under all of graphql-eslint's rules for schemas and for Relay; those that cannot apply are named below. */

import { fileURLToPath } from "node:url";

import graphql from "@graphql-eslint/eslint-plugin";

const SCHEMA = fileURLToPath(new URL("../../frontend-schema.graphql", import.meta.url));

const DESCRIBED = {
  types: true,
  rootField: true,
  DirectiveDefinition: true,
  EnumValueDefinition: true,
  FieldDefinition: true,
  InputValueDefinition: true,
};

const EXCEPTIONS = {
  // Types are printed by name, but fields, arguments and values in the order in which they are best read.
  "@graphql-eslint/alphabetize": "off",
  // tests/contract.graphql has mutations and subscriptions.
  "@graphql-eslint/no-root-type": "off",
  // The contract names them: KeepAll.keepAll and Score.scorerId.
  "@graphql-eslint/no-typename-prefix": "off",
  // What a caller can do wrong is a member of a mutation's union, so the contract has answers that are never null.
  "@graphql-eslint/require-nullable-result-in-root": "off",
  // What has an id is a Node; pages, payloads, problems, figures and a run's data are known by what they belong to.
  "@graphql-eslint/strict-id-in-types": "off",
  // Lists that only ever go one way are paged one way.
  "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
  // Connections have `nodes` beside their edges, and values, events and rows have no ids.
  "@graphql-eslint/relay-edge-types": [
    "error",
    { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false, withEdgeSuffix: true },
  ],
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: SCHEMA } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-all"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      "@graphql-eslint/require-description": ["error", DESCRIBED],
      ...EXCEPTIONS,
    },
  },
];
