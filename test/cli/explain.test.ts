import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { EXPLAIN_CASES } from "./explain-cases.js";
import { run, runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const MM = "examples/movementors/policy.ts";

const UPGRADE = `NO: update_class requires the pro tier or above: upgrade required.
  The token's tier is free.

What would change the decision
  - an upgrade to the pro tier or above
  Requesting more scopes would not help.

In the token
  mcp:tools      Allow the client to call MCP tools.
  write:classes  Create, update, delete your classes. Modify schedules, capacity, pricing.
  (tier: free, account type: none)

Decision code: upgrade_required. MoveMentors, version 2026-11-22.
`;

const ENDPOINT = `NO: the token is bound to another accountID.
  Requested: \`b\`.
  The token contains \`/accounts/a/profile.write\`.

The request PUT /accounts/b matches the endpoint PUT /accounts/{accountID}.

What would change the decision
  1. a token bound to accountID \`b\`
  2. the user's consent to the scope /accounts/b/profile.write (Access to view or edit details
     associated with a Moov account)

In the token
  /accounts/a/profile.write  Access to view or edit details associated with a Moov account

Decision code: binding_mismatch. Moov, version 2026-11-22.
`;

it("explain reports that only an upgrade helps", async () => {
  const argv = [
    "explain",
    MM,
    "update_class",
    "--scope",
    "mcp:tools write:classes",
    "--tier",
    "free",
  ];
  expect(await run(argv)).toEqual({ code: 3, out: UPGRADE, err: "" });
});

it("explain reports a request for another account than the token is bound to", async () => {
  const argv = [
    "explain",
    "examples/moov/policy.ts",
    "PUT /accounts/b",
    "--scope",
    "/accounts/a/profile.write",
  ];
  expect(await run(argv)).toEqual({ code: 3, out: ENDPOINT, err: "" });
});

const UNDECLARED: readonly { readonly argv: readonly string[]; readonly says: string }[] = [
  { argv: ["--tier", "gold"], says: "unknown tier `gold`; the policy declares `free`, `pro`" },
  { argv: ["--tier", "Pro"], says: "unknown tier `Pro`; the policy declares `free`, `pro`" },
  { argv: ["--tier", ""], says: "unknown tier ``; the policy declares `free`, `pro`" },
  {
    argv: ["--account-type", "studio"],
    says: "unknown account type `studio`; the policy declares `buyer`, `seller`",
  },
];

it("names the next step for an operation that is not assigned", async () => {
  const policy = {
    name: "Shop",
    version: "1",
    scopes: {},
    tools: { list: { deny: "not assigned: choose the scopes of `list`" } },
  };
  const files = { "p.json": JSON.stringify(policy) };
  const { code, out } = await runIn(files, ["explain", "p.json", "list"]);
  expect(code).toBe(3);
  expect(out).toContain("not assigned: choose the scopes of `list`");
  expect(out).toContain("A rule for it in the policy, in place of its `deny`.");
  expect(out).not.toContain("Nothing: no scope");
});

describe("explain", () => {
  it.each(titled(UNDECLARED, ({ argv }) => argv.join(" ")))(
    "never answers with %s, also for a public tool",
    async (_title, { argv, says }) => {
      for (const tool of ["buy_ad", "search", "whoami"]) {
        const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", tool, ...argv]);
        expect(ran).toEqual({ code: 2, out: "", err: `error: ${says}\n` });
      }
    },
  );

  it("reports a tier in a policy without tiers", async () => {
    const text = `{ "name": "N", "version": "1", "scopes": {}, "tools": { "t": { "public": true } } }`;
    const argv = ["explain", "p.json", "t", "--tier", "pro", "--json"];
    expect(JSON.parse((await runIn({ "p.json": text }, argv)).out)).toEqual({
      ok: false,
      error: {
        code: "usage",
        message: "unknown tier `pro`; the policy declares no tiers",
      },
    });
  });

  it.each(titled(EXPLAIN_CASES))("%s", async (_title, { argv, code, says, silent = [] }) => {
    const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", ...argv], {
      columns: 1_000,
    });
    expect(ran.err).toBe("");
    for (const text of says) expect(ran.out).toContain(text);
    for (const text of silent) expect(ran.out).not.toContain(text);
    expect(ran.code).toBe(code);
  });

  it.each(titled(EXPLAIN_CASES))("%s, with --json too", async (_title, { argv, code }) => {
    const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", ...argv, "--json"]);
    const explained = JSON.parse(ran.out) as {
      decision: { allowed: boolean; code: string };
      headline: string;
    };
    expect(ran).toMatchObject({ code, err: "" });
    expect(explained.decision.allowed).toBe(code === 0);
    expect(explained.headline).toMatch(code === 0 ? /^YES: / : /^NO: /);
  });

  it("prints with --json what a scope means that has no effect in the token", async () => {
    const argv = ["explain", "p.json", "wipe", "--scope", "root", "--json"];
    const { out } = await runIn({ "p.json": SMALL_JSON }, argv);
    expect(JSON.parse(out)).toMatchObject({
      held: [{ text: "root", kind: "reserved", description: "Everything" }],
    });
  });

  it("prints with --json everything that it prints for people", async () => {
    const { out } = await runIn({ "p.json": SMALL_JSON }, [
      "explain",
      "p.json",
      "buy_ad",
      "--scope",
      "mcp:tools",
      "--json",
    ]);
    expect(JSON.parse(out)).toEqual({
      policy: { name: "Shop", version: "7" },
      asked: "buy_ad",
      operation: {
        name: "buy_ad",
        kind: "tool",
        params: [],
        patterns: [],
        matched: false,
        fromPath: {},
      },
      params: {},
      token: { scope: "mcp:tools" },
      decision: {
        allowed: false,
        code: "upgrade_required",
        message:
          "upgrade required: this needs the plan `pro` or above, and a scope that has not been granted",
        tier: "pro",
      },
      headline: "NO: buy_ad requires the pro tier: upgrade required.",
      why: ["The token names no tier, which ranks below the lowest tier."],
      changes: [
        { code: "upgrade_required", text: "an upgrade to the pro tier" },
        {
          code: "insufficient_scope",
          text: "the user's consent to the scope ads:write (Buy ads)",
        },
      ],
      allowedAfterChanges: true,
      held: [
        {
          text: "mcp:tools",
          kind: "known",
          scopes: ["mcp:tools"],
          description: "Call tools",
          implies: [],
          bound: {},
        },
      ],
    });
  });

  it("prints the verdict in colour on a terminal", async () => {
    const argv = ["explain", "p.json", "whoami", "--scope", "mcp:tools"];
    const { out } = await runIn({ "p.json": SMALL_JSON }, argv, { colours: true });
    expect(out).toMatch(
      new RegExp(`^${String.fromCharCode(27)}\\[1m${String.fromCharCode(27)}\\[32mYES`),
    );
  });

  const INVALID_ARGUMENTS: readonly { readonly argv: readonly string[]; readonly says: string }[] =
    [
      {
        argv: ["list_orders", "--no-token", "--scope", "a"],
        says: "--no-token cannot be combined with",
      },
      {
        argv: ["list_orders", "--no-token", "--first-party"],
        says: "--no-token cannot be combined with",
      },
      { argv: ["list_orders", "--param", "x"], says: "--param `x`: expected key=value" },
      { argv: ["list_orders", "--param", "=x"], says: "--param `=x`: expected key=value" },
    ];

  it.each(titled(INVALID_ARGUMENTS, ({ argv }) => argv.join(" ")))(
    "rejects the arguments %s with exit code 2",
    async (_title, { argv, says }) => {
      const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", ...argv]);
      expect(ran).toMatchObject({ code: 2, out: "" });
      expect(ran.err).toContain(says);
    },
  );

  it("reports that no change helps when no account type meets the condition", async () => {
    const file = JSON.stringify({
      name: "N",
      version: "1",
      accountTypes: ["a", "b"],
      scopes: { s: { accountTypes: ["a"] } },
      tools: { t: { scope: "s", accountTypes: ["b"] } },
    });
    const { code, out } = await runIn({ "p.json": file }, [
      "explain",
      "p.json",
      "t",
      "--scope",
      "s",
    ]);
    expect(code).toBe(3);
    expect(out).toContain(
      "NO: t is not available to this account type. Available to: no account type.",
    );
    expect(out).toContain("No change of the token or the account.");
  });
});
