import { createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";

const policy = loadPolicy({
  name: "Database",
  version: "1",
  scopes: { base: {}, read: {}, write: {} },
  baseline: ["base"],
  tools: {
    run_query: {
      cases: [
        { when: { mode: "explain" }, scope: "read" },
        { when: { mode: "drop" }, deny: "Never." },
      ],
      otherwise: { anyOf: ["write", { allOf: ["read", "write"] }] },
      weakOtherwise: true,
      audit: { show: ["mode"] },
    },
    "list_*": {
      cases: [{ when: { all: true }, scope: "write" }],
      otherwise: "read",
      weakOtherwise: true,
    },
    "*_notes": "read",
  },
});

async function eventOf(operation: string, params: unknown): Promise<AuditEvent> {
  const events: AuditEvent[] = [];
  const authorizer = createAuthorizer({
    policy,
    verify: () => ({ scope: "base read" }),
    audit: (event) => void events.push(event),
  });
  await authorizer.admit({ authorization: "Bearer x", operation, params });
  return events[0] as AuditEvent;
}

const one = (...scopes: string[]) => ({ scopes: [...scopes, "base"] });

const ROWS: readonly (readonly [
  title: string,
  operation: string,
  params: unknown,
  code: string,
  requirement: unknown,
])[] = [
  ["a case", "run_query", { mode: "explain" }, "allowed", { rules: [{ anyOf: [one("read")] }] }],
  ["a denied case", "run_query", { mode: "drop" }, "denied", { denied: true, rules: [] }],
  [
    "`otherwise`",
    "run_query",
    { mode: "run" },
    "insufficient_scope",
    {
      rules: [
        {
          anyOf: [one("write"), one("read", "write")],
        },
      ],
    },
  ],
  [
    "no arguments",
    "run_query",
    undefined,
    "insufficient_scope",
    {
      rules: [
        {
          anyOf: [one("write"), one("read", "write")],
        },
      ],
    },
  ],
  [
    "a case of a pattern",
    "list_x",
    { all: true },
    "insufficient_scope",
    { rules: [{ anyOf: [one("write")] }] },
  ],
  [
    "several patterns",
    "list_notes",
    { all: true },
    "insufficient_scope",
    { rules: [{ anyOf: [one("write")] }, { anyOf: [one("read")] }] },
  ],
];

describe("the audit event of a call", () => {
  it.each(ROWS)(
    "has the requirement of the branch that decided: %s",
    async (_, operation, params, code, requirement) => {
      const event = await eventOf(operation, params);
      expect(event.decision.code).toBe(code);
      expect(event.requirement).toMatchObject(requirement as object);
    },
  );

  it("shows the arguments that the operation shows, in each branch", async () => {
    for (const mode of ["explain", "run"]) {
      const event = await eventOf("run_query", { mode });
      expect(JSON.stringify(event)).toContain(`"${mode}"`);
    }
  });
});
