// The policy of the conformance servers: every name of the scenarios, behind one scope that the token of the runs has.
import { createAuthorizer, loadPolicy } from "scope-policy";
import { sharedPrompts, resources as sharedResources, TEMPLATE } from "./shared-tools.js";

export const TOKEN = "a-token-of-conformance";

const policy = loadPolicy({
  name: "Conformance",
  version: "1",
  scopes: { "mcp:tools": "Call tools", "notes:write": "Change notes" },
  baseline: ["mcp:tools"],
  tools: {
    "test_*": "notes:write",
    "json_schema_*": "notes:write",
    read_objects: { authenticated: true },
  },
});

export const authorizer = createAuthorizer({
  policy,
  verify: (rawToken) =>
    rawToken === TOKEN
      ? {
          scope: "mcp:tools notes:write",
          sub: "user-1",
          client_id: "conformance",
          exp: Date.now() / 1_000 + 600,
        }
      : undefined,
  resource: "http://127.0.0.1/mcp",
});

const named = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, "read_objects" as const]));

/** The gate denies resources, prompts and streams of changes until an operation of the policy decides on them. */
export const surface = {
  resources: named([...sharedResources.map(({ uri }) => uri), TEMPLATE]),
  prompts: named([...Object.keys(sharedPrompts), "test_input_required_result_prompt"]),
  methods: named(["subscriptions/listen"]),
};

/** Options of the HTTP gate. The ids of the servers' event stores are random. */
export const gateOptions = { ...surface, eventIdsAreUnguessable: true };
