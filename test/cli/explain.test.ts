import { describe, expect, it } from "vitest";
import { EXPLAINED } from "./explain-cases.js";
import { run, runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const MM = "examples/movementors/policy.ts";

const UPGRADE = `NO: update_class needs the pro plan or above: upgrade required.
  The token's plan is free.

What would change it
  - an upgrade to the pro plan or above
  Asking for more permission would not help.

What the token holds
  mcp:tools      Allow the client to call MCP tools.
  write:classes  Create, update, delete your classes. Modify schedules, capacity, pricing.
  (plan: free, kind of account: not named)

Answer code: upgrade_required. MoveMentors, version 2026-11-22.
`;

const ENDPOINT = `NO: the token is for another accountID.
  Asked for: \`b\`.
  The token holds \`/accounts/a/profile.write\`.

The request PUT /accounts/b is the endpoint PUT /accounts/{accountID}.

What would change it
  1. a token that is issued for accountID \`b\`
  2. the user's consent to the permission /accounts/b/profile.write (Access to view or edit details
     associated with a Moov account)

What the token holds
  /accounts/a/profile.write  Access to view or edit details associated with a Moov account

Answer code: binding_mismatch. Moov, version 2026-11-22.
`;

it("explains that only an upgrade helps", async () => {
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

it("explains a request for another account", async () => {
  const argv = [
    "explain",
    "examples/moov/policy.ts",
    "PUT /accounts/b",
    "--scope",
    "/accounts/a/profile.write",
  ];
  expect(await run(argv)).toEqual({ code: 3, out: ENDPOINT, err: "" });
});

describe("explain", () => {
  it.each(EXPLAINED)("$title", async ({ argv, code, says, silent = [] }) => {
    const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", ...argv], {
      columns: 1_000,
    });
    expect(ran.err).toBe("");
    for (const text of says) expect(ran.out).toContain(text);
    for (const text of silent) expect(ran.out).not.toContain(text);
    expect(ran.code).toBe(code);
  });

  it.each(EXPLAINED)("$title, as data", async ({ argv, code }) => {
    const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", ...argv, "--json"]);
    const told = JSON.parse(ran.out) as {
      decision: { allowed: boolean; code: string };
      headline: string;
    };
    expect(ran).toMatchObject({ code, err: "" });
    expect(told.decision.allowed).toBe(code === 0);
    expect(told.headline).toMatch(code === 0 ? /^YES: / : /^NO: /);
  });

  it("gives programs all that it tells people", async () => {
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
      headline: "NO: buy_ad needs the pro plan: upgrade required.",
      why: ["The token names no plan, which counts as less than the lowest one."],
      changes: [
        { code: "upgrade_required", text: "an upgrade to the pro plan" },
        {
          code: "insufficient_scope",
          text: "the user's consent to the permission ads:write (Buy ads)",
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

  it("colours the verdict, on a terminal alone", async () => {
    const argv = ["explain", "p.json", "whoami", "--scope", "mcp:tools"];
    const { out } = await runIn({ "p.json": SMALL_JSON }, argv, { colours: true });
    expect(out).toMatch(
      new RegExp(`^${String.fromCharCode(27)}\\[1m${String.fromCharCode(27)}\\[32mYES`),
    );
  });

  const MISUSED: readonly { readonly argv: readonly string[]; readonly says: string }[] = [
    { argv: ["list_orders", "--no-token", "--scope", "a"], says: "--no-token goes with none of" },
    { argv: ["list_orders", "--no-token", "--first-party"], says: "--no-token goes with none of" },
    { argv: ["list_orders", "--param", "x"], says: "--param `x`: expected key=value" },
    { argv: ["list_orders", "--param", "=x"], says: "--param `=x`: expected key=value" },
  ];

  it.each(MISUSED)("refuses $argv", async ({ argv, says }) => {
    const ran = await runIn({ "p.json": SMALL_JSON }, ["explain", "p.json", ...argv]);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(says);
  });

  it("says where even every change ends in a no", async () => {
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
    expect(out).toContain("NO: t is only for no kind of account.");
    expect(out).toContain("Nothing about the token or the account.");
  });
});
