import { describe, expect, it } from "vitest";
import { unreachableLines } from "../../src/cli/plan/plan-text.js";
import { titled } from "../titled.js";
import { runIn } from "./run.js";
import { SMALL_JSON } from "./small-policy.js";

const PAYMENTS = {
  name: "Payments",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "/accounts.write": "Create accounts",
    "/accounts/{accountID}/profile.write": "Edit an account",
  },
  endpoints: {
    "POST /accounts": "/accounts.write",
    "PUT /accounts/{accountID}": "/accounts/{accountID}/profile.write",
    "DELETE /accounts/{accountID}": "/accounts/{accountID}/profile.write",
    "GET /report": { scope: "/accounts.write", tier: "pro" },
    "GET /ping": { public: true },
  },
  tools: { close_books: { scope: "/accounts.write", internal: true } },
};

const STEPS = [
  { operation: "POST /accounts", returns: { accountID: "user" } },
  { operation: "PUT /accounts/{accountID}", params: { accountID: "user" } },
  { operation: "DELETE /accounts/{accountID}", params: { accountID: "other" } },
  { operation: "GET /ping" },
];

const FILES = {
  "p.json": SMALL_JSON,
  "pay.json": JSON.stringify(PAYMENTS),
  "steps.json": JSON.stringify(STEPS),
  "ping.json": JSON.stringify([{ operation: "GET /ping" }]),
  "wrong-steps.json": JSON.stringify([{ operation: "POST /acounts" }]),
  "text.json": "steps",
  "bom.json": `\uFEFF${JSON.stringify(STEPS)}`,
  "empty-steps.json": "[{},null]",
  "wrong.json": SMALL_JSON.replace('"orders:read"', '"orders:raed"'),
};

const PLANS: readonly {
  readonly title: string;
  readonly argv: readonly string[];
  readonly code: number;
  readonly out: string;
}[] = [
  {
    title: "the least scope, with other sets of the same size",
    argv: ["p.json", "list_orders", "get_stock"],
    code: 0,
    out: `Ask for:
  orders:read (Read orders)
  stock:read (Read the stock)
  mcp:tools (Call tools)
It opens list_orders, get_stock.

scope=orders:read stock:read mcp:tools

As good
  orders:write mcp:tools
`,
  },
  {
    title: "nothing, where the client has enough",
    argv: ["p.json", "list_orders", "--held", "mcp:tools orders:write"],
    code: 0,
    out: `Nothing to ask for: the scope that the client has is enough.
It opens list_orders.
`,
  },
  {
    title: "nothing, where no scope is required",
    argv: ["pay.json", "GET /ping"],
    code: 0,
    out: `Nothing to ask for: no scope is required.
It opens GET /ping.
`,
  },
  {
    title: "what cannot be reached, each with the reason",
    argv: ["p.json", "list_orders", "wipe", "close_shop", "rename_shop", "buy_ad"],
    code: 3,
    out: `Ask for:
  orders:read (Read orders)
  mcp:tools (Call tools)
It opens list_orders.

scope=orders:read mcp:tools

Cannot be reached
  wipe: it requires a scope that this client cannot be granted (reserved_scope)
  close_shop: the policy denies it for every token (denied)
  rename_shop: it is not available to this account type (account_type_required)
  buy_ad: the account needs a higher tier or an entitlement (upgrade_required)
`,
  },
  {
    title: "what an account with a tier and a type can reach",
    argv: ["p.json", "buy_ad", "rename_shop", "--tier", "pro", "--account-type", "seller"],
    code: 0,
    out: `Ask for:
  mcp:tools (Call tools)
  ads:write (Buy ads)
  shop:write (Change the shop)
It opens buy_ad, rename_shop.

scope=mcp:tools ads:write shop:write
`,
  },
  {
    title: "a scope that is bound to the value in a request",
    argv: ["pay.json", "PUT /accounts/a-1"],
    code: 0,
    out: `Ask for:
  /accounts/a-1/profile.write (Edit an account)
It opens PUT /accounts/{accountID}.

scope=/accounts/a-1/profile.write
`,
  },
  {
    title: "a scope that is bound to the value of a parameter",
    argv: ["pay.json", "PUT /accounts/{accountID}", "--param", "accountID=x"],
    code: 0,
    out: `Ask for:
  /accounts/x/profile.write (Edit an account)
It opens PUT /accounts/{accountID}.

scope=/accounts/x/profile.write
`,
  },
  {
    title: "that a parameter is missing",
    argv: ["pay.json", "PUT /accounts/{accountID}"],
    code: 3,
    out: `Nothing to ask for: no scope opens this.

Cannot be reached
  PUT /accounts/{accountID}: it needs a safe value for each of its parameters (invalid_params)
`,
  },
  {
    title: "the scope of an internal operation",
    argv: ["pay.json", "close_books"],
    code: 0,
    out: `Ask for:
  /accounts.write (Create accounts)
It opens close_books.

scope=/accounts.write
`,
  },
  {
    title: "the tokens of a program, and the id that no step gives",
    argv: ["pay.json", "--tokens", "steps.json"],
    code: 3,
    out: `1. Request a token with the scope
     /accounts.write (Create accounts)
   Then call
     POST /accounts

2. When \`user\` is known, request a token with the scope
     /accounts/{user}/profile.write (Edit an account)
   Then call
     PUT /accounts/{accountID}
     GET /ping

Cannot be reached
  DELETE /accounts/{accountID}: no step gives \`other\` (invalid_params)
`,
  },
  {
    title: "the tokens of a program that knows an id from the start",
    argv: ["pay.json", "--tokens", "steps.json", "--known", "other=acc-9", "--max-length", "99"],
    code: 0,
    out: `1. Request a token with the scope
     /accounts.write (Create accounts)
   Then call
     POST /accounts

2. When \`user\` is known, request a token with the scope
     /accounts/{user}/profile.write (Edit an account)
     /accounts/acc-9/profile.write (Edit an account)
   Then call
     PUT /accounts/{accountID}
     DELETE /accounts/{accountID}
     GET /ping
`,
  },
  {
    title: "that a program needs no token",
    argv: ["pay.json", "--tokens", "ping.json"],
    code: 0,
    out: `1. No token is needed
   Then call
     GET /ping
`,
  },
  {
    title: "that one scope alone is larger than a request can have",
    argv: ["pay.json", "--tokens", "steps.json", "--max-length", "3", "--known", "other=a"],
    code: 3,
    out: `1. No token is needed
   Then call
     GET /ping

Cannot be reached
  POST /accounts: its scope alone is larger than one request can have (insufficient_scope)
  PUT /accounts/{accountID}: its scope alone is larger than one request can have
     (insufficient_scope)
  DELETE /accounts/{accountID}: its scope alone is larger than one request can have
     (insufficient_scope)
`,
  },
];

const WRONG_USAGE: readonly { readonly argv: readonly string[]; readonly says: string }[] = [
  { argv: ["pay.json"], says: "name at least one operation, or give --tokens" },
  { argv: ["p.json", "list_order"], says: "did you mean `list_orders`?" },
  { argv: ["pay.json", "GET /nothing"], says: "no endpoint of the policy matches this request" },
  {
    argv: ["pay.json", "PUT /accounts/a", "DELETE /accounts/b"],
    says: "two values of `accountID`: `a` and `b`",
  },
  {
    argv: ["pay.json", "PUT /accounts/a", "--param", "accountID=b"],
    says: "two values of `accountID`: `b` and `a`",
  },
  { argv: ["p.json", "whoami", "--tier", "gold"], says: "unknown tier `gold`" },
  { argv: ["p.json", "whoami", "--param", "x"], says: "--param `x`: expected name=value" },
  {
    argv: ["pay.json", "--tokens", "none.json"],
    says: "cannot read `none.json`: it does not exist",
  },
  { argv: ["pay.json", "--tokens", "text.json"], says: "cannot read `text.json`: it is not JSON" },
  { argv: ["pay.json", "--tokens", "pay.json"], says: "expected a list of steps" },
  {
    argv: ["pay.json", "--tokens", "empty-steps.json"],
    says: "1 finding in the options for step 1 of `tokenPlan`: operation: is missing",
  },
  { argv: ["pay.json", "--tokens", "wrong-steps.json"], says: "did you mean `POST /accounts`?" },
  { argv: ["pay.json", "--tokens", "steps.json", "--max-scopes", "x"], says: "an integer above 0" },
  { argv: ["pay.json", "GET /ping", "--max-scopes", "3"], says: "require --tokens" },
  {
    argv: ["pay.json", "GET /ping", "--tokens", "steps.json"],
    says: "--tokens cannot be combined with operations",
  },
  {
    argv: ["pay.json", "--tokens", "steps.json", "--held", "a", "--param", "a=b"],
    says: "--tokens cannot be combined with --held and --param",
  },
];

describe("plan", () => {
  it.each(titled(PLANS))("prints %s", async (_title, { argv, code, out }) => {
    expect(await runIn(FILES, ["plan", ...argv])).toEqual({ code, out, err: "" });
  });

  it("prints the plan as data with --json", async () => {
    const { out } = await runIn(FILES, ["plan", "p.json", "list_orders", "get_stock", "--json"]);
    expect(JSON.parse(out)).toEqual({
      operations: ["list_orders", "get_stock"],
      scopes: "orders:read stock:read mcp:tools",
      alternatives: ["orders:write mcp:tools"],
      unreachable: [],
      exact: true,
    });
    const tokens = ["plan", "pay.json", "--tokens", "steps.json", "--known", "other=a", "--json"];
    const { out: printed } = await runIn(FILES, [...tokens, "--max-scopes", "1"]);
    expect(JSON.parse(printed)).toMatchObject({
      tokens: [
        { scope: "/accounts.write", waitsFor: [] },
        { scope: "/accounts/{user}/profile.write", waitsFor: ["user"] },
        { scope: "/accounts/a/profile.write", template: "/accounts/{other}/profile.write" },
      ],
      unreachable: [],
    });
  });

  it("prints that no token opens an operation, for any other reason", () => {
    const unreachable = [{ operation: "x", reason: "binding_mismatch" }] as const;
    expect(unreachableLines(unreachable, 80)).toContain(
      "  x: no token opens it (binding_mismatch)",
    );
  });

  it.each(titled(WRONG_USAGE, ({ argv }) => argv.join(" ")))(
    "reports %s as wrong usage",
    async (_title, { argv, says }) => {
      const { code, out, err } = await runIn(FILES, ["plan", ...argv]);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain(says);
    },
  );

  it("prints the findings of a policy that is not valid", async () => {
    const { code, err } = await runIn(FILES, ["plan", "wrong.json", "list_orders"]);
    expect(code).toBe(1);
    expect(err).toContain("undeclared scope `orders:read`");
  });
});
