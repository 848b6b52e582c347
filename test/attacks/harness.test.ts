import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readChallenge } from "./harness/challenge-text.js";
import { runFiles } from "./harness/main.js";
import { readMessages } from "./harness/mcp-response.js";
import { outcomesOf } from "./harness/result.js";
import { resultOf } from "./harness/servers.js";

const POLICIES = {
  shop: {
    version: 1,
    issuer: "https://as.example.com",
    resource: "https://api.example.com/mcp",
    default: "deny",
    scopes: {
      "orders:read": { description: "See orders" },
      "orders:write": {},
      "/accounts/{accountID}/orders.read": {},
      "admin:all": { reserved: true },
      "refund:all": {},
    },
    tools: {
      list: { allOf: ["orders:read"] },
      bound: { allOf: ["/accounts/{accountID}/orders.read"], bind: { accountID: "account" } },
      both: { allOf: ["orders:read"], anyOf: ["orders:write", "admin:all"] },
      either: { anyOf: ["refund:all", "orders:write"] },
      refund: { allOf: ["refund:all"] },
      report: { allOf: ["orders:read"], tier: "pro" },
      ping: { public: true },
      purge: { allOf: ["admin:all"] },
    },
    patterns: [
      { match: "o_*", allOf: ["orders:read"] },
      { match: "o_x", allOf: ["orders:write"] },
    ],
    endpoints: [{ method: "GET", path: "/orders/{id}", allOf: ["orders:read"] }],
    tiers: { order: ["free", "pro"], claim: "plan" },
    deny: [{ tool: "drop_*" }, { client: "evil" }, { scope: "refund:all" }],
    reservedClients: ["console"],
  },
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "attacks-"));
});
afterAll(async () => rm(folder, { recursive: true }));

interface Printed {
  readonly lines: readonly string[];
  readonly last: string | undefined;
  readonly code: number;
}

let files = 0;

/** Runs files with the given contents. */
async function run(...contents: readonly unknown[]): Promise<Printed> {
  const paths: string[] = [];
  for (const content of contents) {
    files += 1;
    const path = join(folder, `${files}.json`);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    paths.push(path);
  }
  return runPaths(paths);
}

async function runPaths(paths: readonly string[]): Promise<Printed> {
  const lines: string[] = [];
  const code = await runFiles(paths, (line) => lines.push(line));
  return { lines, last: lines.at(-1), code };
}

const corpusOf = (...cases: readonly object[]) => ({ policies: POLICIES, cases });
const caseOf = (id: string, given: object, expected: string, more: object = {}) => ({
  id,
  class: "test",
  given: { policy: "@shop", ...given },
  expect: expected,
  strength: "must",
  why: `why of ${id}`,
  ...more,
});
const list = { request: { tool: "list" } };

describe("a run of corpora", () => {
  it("prints a failed case and returns 1", async () => {
    const wrong = caseOf("WRONG-1", { scope: "orders:read", ...list }, "deny");
    const { lines, last, code } = await run(corpusOf(wrong));
    expect(lines[0]).toBe("FAILED WRONG-1 (test, must): why of WRONG-1");
    expect(lines[1]).toBe("  expected: deny");
    expect(lines[2]).toBe("  got:      library: allowed");
    expect(last).toBe("0 passed, 1 failed, 0 skipped");
    expect(code).toBe(1);
  });

  it("counts the cases of several files together", async () => {
    const good = caseOf("A", { scope: "orders:read", ...list }, "allow");
    const bad = caseOf("B", { scope: "orders:write", ...list }, "allow");
    const { last, code } = await run(corpusOf(good), corpusOf(good, bad));
    expect(last).toBe("2 passed, 1 failed, 0 skipped");
    expect(code).toBe(1);
  });

  it("fails a case with an unknown check", async () => {
    const assert = { colour: "blue" };
    const { lines, code } = await run(
      corpusOf(caseOf("A", { scope: "orders:read", ...list }, "allow", { assert })),
    );
    expect(lines).toContain("  detail:   unknown assert `colour`");
    expect(code).toBe(1);
  });

  it("skips cases with unknown members and prints each reason once", async () => {
    const scope = "orders:read";
    const { lines, last, code } = await run(
      corpusOf(
        caseOf("A", { op: "fly" }, "allow"),
        caseOf("B", { op: "fly" }, "allow"),
        caseOf("C", { scope, ...list }, "allow", { mood: "good" }),
        caseOf("D", { scope, ...list, colour: 1 }, "allow"),
        caseOf("E", { scope, ...list }, "allow", { adapter: ["telegraph"] }),
        caseOf("F", { token: { kind: "jwt", mutate: ["x"], claims: { scope } }, ...list }, "deny"),
        caseOf("G", { app: "in words" }, "deny", { harness: "network" }),
        caseOf("H", { policy: { $extends: "@shop", reservedClients: [""] } }, "reject-policy"),
      ),
    );
    expect(lines).toEqual([
      "skipped 2: unknown operation `fly` (A, B)",
      "skipped 1: unknown member `mood` of a case (C)",
      "skipped 1: unknown member `colour` of a case (D)",
      "skipped 1: unknown adapter `telegraph` (E)",
      "skipped 1: unknown mutation `x` (F)",
      "skipped 1: no fixture has been written for this network case (G)",
      "skipped 1: the library cannot express it: a list of first-party clients: a callback of the authorizer names them, policies do not (H)",
      "0 passed, 0 failed, 8 skipped",
    ]);
    expect(last).toBe("0 passed, 0 failed, 8 skipped");
    expect(code).toBe(0);
  });

  it("fails a case before it looks for an unknown adapter", async () => {
    const wrong = caseOf("A", { scope: "", ...list }, "allow", { adapter: ["telegraph"] });
    expect((await run(corpusOf(wrong))).last).toBe("0 passed, 1 failed, 0 skipped");
  });

  it("fails a case that is listed as decided otherwise but does not behave so", async () => {
    const asTheCorpusHasIt = caseOf("POLICY-032", { policy: {} }, "reject-policy");
    const { lines, code } = await run(corpusOf(asTheCorpusHasIt));
    expect(lines).toContain(
      "  detail:   listed as decided otherwise: expected allow, not as the corpus has it",
    );
    expect(code).toBe(1);
  });

  it("prints the cases that are decided otherwise and counts them as passed", async () => {
    const policy = { $extends: "@shop", version: "1" };
    const { lines, last } = await run(corpusOf(caseOf("POLICY-032", { policy }, "reject-policy")));
    expect(lines[0]).toMatch(/^decided otherwise 1: a version is a text here: .* \(POLICY-032\)$/);
    expect(last).toBe("1 passed, 0 failed, 0 skipped");
  });

  it.each([
    ["text that is not JSON", "{", /: expected JSON$/],
    ["another document", { name: "x" }, /: no corpus; expected an object with a list of `cases`$/],
    ["a list", [], /: no corpus; expected an object with a list of `cases`$/],
    ["a case without a name", { cases: [{}] }, /cases\[0\]: expected a case with an `id`$/],
    [
      "an unknown outcome",
      { cases: [{ id: "A", given: {}, expect: "maybe" }] },
      /cases\[0\] \(A\): expected one of `allow`, .* at expect$/,
    ],
    [
      "a duplicate id",
      corpusOf(caseOf("A", {}, "allow"), caseOf("A", {}, "allow")),
      /: two cases with the id `A`$/,
    ],
  ])("prints the error of a file that is not a corpus: %s", async (_title, content, text) => {
    const { lines, code } = await run(content);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^attacks: /);
    expect(lines[0]).toMatch(text);
    expect(code).toBe(2);
  });

  it("names a missing file", async () => {
    const { lines, code } = await runPaths([join(folder, "none.json")]);
    expect(lines[0]).toMatch(/none\.json: no such file, or it cannot be read$/);
    expect(code).toBe(2);
  });
});

const scope = "orders:read";
const jwt = (token: object) => ({ token: { kind: "jwt", claims: { scope }, ...token }, ...list });
const callOf = (tool: string, claims: object, args?: object) => ({
  claims,
  request: { tool, ...(args !== undefined && { args }) },
});
const policyOf = (changes: object) => ({ policy: { $extends: "@shop", ...changes } });
const TEXT = JSON.stringify(POLICIES.shop);
const app = {
  client_id: "app-1",
  client_name: "Reports",
  redirect_uris: ["https://app.example/cb"],
};
const consentOf = (requested: unknown, more: object = {}) => ({
  op: "consent",
  client: app,
  requested,
  ...more,
});
const refreshOf = (original: string, more: object = {}) => ({
  op: "refresh",
  client_id: "app-1",
  original,
  ...more,
});
const registerOf = (wanted: unknown, more: object = {}) => ({
  op: "register",
  client: { ...app, scope: wanted },
  ...more,
});
const BOUND = "/accounts/a/orders.read";
const granted = (...scopes: readonly string[]) => ({ assert: { scopes } });
const implying = policyOf({
  scopes: { ...POLICIES.shop.scopes, "orders:read": { implies: ["refund:all", "orders:write"] } },
});

const replacing = policyOf({
  scopes: { ...POLICIES.shop.scopes, "orders:read": { replaces: ["orders"] } },
});

/** Cases for each part of the dialect, whose outcome is right only if the harness interprets the part correctly. */
const DIALECT: readonly (readonly [
  title: string,
  given: object,
  expected: string,
  more?: object,
])[] = [
  ["a scope", { scope, ...list }, "allow"],
  ["claims", { claims: { scope }, ...list }, "allow"],
  ["an absent claim", { claims: { scope, exp: { $absent: true } }, ...list }, "deny"],
  ["a time from now", { claims: { scope, exp: { $now: -3600 } }, ...list }, "deny"],
  ["a repeated text", { scope: { $repeat: ["orders:read ", 2] }, ...list }, "deny"],
  ["no token", { token: null, ...list }, "deny", { assert: { status: 401 } }],
  ["a public tool without a token", { token: null, request: { tool: "ping" } }, "allow"],
  ["another key of the server", jwt({ key: "as-es256" }), "allow"],
  ["a key of the attacker", jwt({ key: "attacker-rs256" }), "deny"],
  ["another key of the attacker", jwt({ key: "attacker-es256" }), "deny"],
  ["an HMAC with the public key", jwt({ key: "hmac-public-pem" }), "deny"],
  ["an HMAC with an empty key", jwt({ key: "hmac-empty" }), "deny"],
  ["no signature", jwt({ key: "none" }), "deny"],
  ["a header", jwt({ header: { typ: "application/at+jwt" } }), "allow"],
  ["an absent member of a header", jwt({ header: { typ: { $absent: true } } }), "deny"],
  ["a key of the attacker in a header", jwt({ header: { jwk: { $attackerJwk: true } } }), "allow"],
  ["a header as text", jwt({ headerText: "{$DEFAULTS}" }), "allow"],
  ["claims as text", jwt({ claimsText: `{$DEFAULTS,"scope":"${scope}"}` }), "allow"],
  ["claims as text, twice", jwt({ claimsText: `{$DEFAULTS,"exp":1,"scope":"${scope}"}` }), "deny"],
  ...["sig-last-char", "sig-pad", "sig-newline", "strip-sig", "two-parts", "append-part"].map(
    (name) => [`the mutation ${name}`, jwt({ mutate: [name] }), "deny"] as const,
  ),
  ...["payload-scope-write", "sig-zero", "trailing-space"].map(
    (name) => [`the mutation ${name}`, jwt({ mutate: [name] }), "deny"] as const,
  ),
  ["the mutation es256-flip-s", jwt({ key: "as-es256", mutate: ["es256-flip-s"] }), "allow"],
  ["raw text", { token: { kind: "raw", value: "a.b.c" }, ...list }, "deny"],
  ["an Authorization header", { scope, authorization: ["bEARER {token}"], ...list }, "allow"],
  [
    "two Authorization headers",
    { scope, authorization: ["Bearer {token}", "Bearer {token}"], ...list },
    "deny",
  ],
  ["a binding", callOf("bound", { scope: "/accounts/a/orders.read" }, { account: "a" }), "allow"],
  [
    "a binding to another value",
    callOf("bound", { scope: "/accounts/a/orders.read" }, { account: "b" }),
    "deny",
  ],
  ["all of and any of", callOf("both", { scope }), "deny"],
  ["all of and any of, both met", callOf("both", { scope: "orders:read orders:write" }), "allow"],
  ["a denied scope", callOf("refund", { scope: "refund:all" }), "deny"],
  ["an alternative to a denied scope", callOf("either", { scope: "orders:write" }), "allow"],
  ["a denied alternative", callOf("either", { scope: "refund:all" }), "deny"],
  ["a tier in another claim", callOf("report", { scope, plan: "pro" }), "allow"],
  ["a tier in the wrong claim", callOf("report", { scope, tier: "pro" }), "deny"],
  ["a reserved client", callOf("purge", { scope: "admin:all", client_id: "console" }), "allow"],
  ["a client that is not reserved", callOf("purge", { scope: "admin:all" }), "deny"],
  ["a denied client", callOf("list", { scope, client_id: "evil" }), "deny"],
  ["a pattern", callOf("o_a", { scope }), "allow"],
  ["a pattern without wildcards", callOf("o_x", { scope: "orders:write" }), "deny"],
  [
    "a pattern without wildcards, all its scopes",
    callOf("o_x", { scope: "orders:read orders:write" }),
    "allow",
  ],
  ["a denied pattern", callOf("drop_a", { scope }), "deny"],
  ["an endpoint", { scope, request: { method: "GET", path: "/orders/1?a=/x" } }, "allow"],
  ["a removed key", { policy: { $extends: "@shop", $remove: ["issuer"] } }, "reject-policy"],
  ["a refused policy", { ...policyOf({ deny: [{ tool: "[a]" }] }), scope, ...list }, "deny"],
  [
    "a duplicate endpoint",
    policyOf({ endpoints: [1, 2].map(() => POLICIES.shop.endpoints[0]) }),
    "reject-policy",
  ],
  ["another default", policyOf({ default: "allow" }), "reject-policy"],
  ["an unknown key", policyOf({ baseline: ["orders:read"] }), "reject-policy"],
  ["policy text", { policyText: TEXT, scope, ...list }, "allow"],
  ["policy text with a byte order mark", { policyText: `\ufeff${TEXT}` }, "reject-policy"],
  [
    "policy text with a duplicate key",
    { policyText: TEXT.replace('"ping"', '"ping":{},"ping"') },
    "reject-policy",
  ],
  ["policy text with trailing text", { policyText: `${TEXT} {}` }, "reject-policy"],
  [
    "a scope to parse",
    { op: "parse-scope", scope: "b a b" },
    "allow",
    { assert: { scopes: ["a", "b"] } },
  ],
  ["too many scopes", { op: "parse-scope", scope: { $scopes: 5000 } }, "reject-input"],
  ["consent", consentOf(scope), "allow", granted(scope)],
  [
    "the output of a consent",
    consentOf(scope),
    "allow",
    { assert: { mustContain: ["app-1", "app.example", '"verified":false'] } },
  ],
  ["consent to a duplicate scope", consentOf(`${scope} ${scope}`), "allow", granted(scope)],
  ["consent to a request without a scope", consentOf({ $absent: true }), "reject-input"],
  ["consent to an unknown scope", consentOf(`${scope} nope`), "reject-input"],
  ["consent to a reserved scope", consentOf(`${scope} admin:all`), "reject-input"],
  ["consent to a denied scope", consentOf(`${scope} refund:all`), "reject-input"],
  [
    "consent of a reserved client",
    consentOf("admin:all", { client: { ...app, client_id: "console" } }),
    "allow",
    granted("admin:all"),
  ],
  [
    "consent of a reserved client to a denied scope",
    consentOf("refund:all", { client: { ...app, client_id: "console" } }),
    "reject-input",
  ],
  [
    "consent of a denied client",
    consentOf(scope, { client: { ...app, client_id: "evil" } }),
    "deny",
  ],
  [
    "a client that claims to be first-party",
    consentOf("admin:all", { client: { ...app, first_party: true, firstParty: true } }),
    "reject-input",
  ],
  ["consent to an account", consentOf(BOUND), "allow", granted(BOUND)],
  ["consent to a template", consentOf("/accounts/{accountID}/orders.read"), "reject-input"],
  ["consent to a traversal", consentOf("/accounts/../orders.read"), "reject-input"],
  [
    "consent beyond the registration",
    consentOf("orders:write", { client: { ...app, scope } }),
    "reject-input",
  ],
  [
    "consent beyond the client",
    consentOf(`${scope} orders:write`, { clientScope: scope }),
    "reject-input",
  ],
  [
    "consent to the grantable part of a request",
    consentOf(`${scope} orders:write`, { grantable: [scope] }),
    "allow",
    granted(scope),
  ],
  [
    "consent to a request without a grantable scope",
    consentOf(scope, { grantable: [] }),
    "reject-input",
  ],
  [
    "consent to an invalid scope that is not grantable",
    consentOf(`${scope} nope`, { grantable: [scope] }),
    "reject-input",
  ],
  ["a client without a name", consentOf(scope, { client: { redirect_uris: [] } }), "reject-input"],
  [
    "another redirect URI",
    consentOf(scope, { redirect_uri: "https://app.example/" }),
    "reject-input",
  ],
  [
    "the registered redirect URI",
    consentOf(scope, { redirect_uri: "https://app.example/cb" }),
    "allow",
  ],
  ["an invalid link", consentOf(scope, { client: { ...app, logo_uri: "data:x" } }), "reject-input"],
  [
    "consent by a refused policy",
    { ...consentOf(scope), ...policyOf({ tools: 1 }) },
    "reject-policy",
  ],
  [
    "a denied scope that another scope implies",
    { ...consentOf(scope), ...implying },
    "allow",
    { assert: { scopes: [scope], mustNotContain: ["refund:all"], mustContain: ["orders:write"] } },
  ],
  [
    "consent to a part",
    consentOf(`${scope} orders:write`, { chosen: [scope], granted: "orders:write nope" }),
    "allow",
    { assert: { scopes: [scope], removed: ["orders:write"] } },
  ],
  [
    "consent to granted scopes",
    consentOf(scope, { granted: scope }),
    "allow",
    { assert: { mustContain: ['"canSkip":true'], removed: [] } },
  ],
  [
    "consent to an account of the user",
    consentOf(BOUND, { owns: [BOUND] }),
    "allow",
    granted(BOUND),
  ],
  ["consent to another account", consentOf(BOUND, { owns: [] }), "reject-input"],
  ["consent to an older name", { ...consentOf("orders"), ...replacing }, "allow", granted(scope)],
  ["a registration", registerOf(scope), "allow", granted(scope)],
  ["a registration without a scope", registerOf({ $absent: true }), "allow", granted()],
  [
    "the output of a registration",
    registerOf(scope, { client: { ...app, "Client-Secret": "x-secret" } }),
    "allow",
    { assert: { mustContain: ["Reports"], mustNotContain: ["x-secret"] } },
  ],
  [
    "a registration beyond the ceiling",
    registerOf(scope, { ceiling: ["orders:write"] }),
    "reject-input",
  ],
  ["a registration with an unknown scope", registerOf(`${scope} nope`), "allow", granted(scope)],
  [
    "a registration that rejects an unknown scope",
    registerOf(`${scope} nope`, { unknownScopes: "refuse" }),
    "reject-input",
  ],
  ["a refresh", refreshOf(`${scope} orders:write`), "allow", granted(scope, "orders:write")],
  [
    "a refresh of a part of the scope",
    refreshOf(`${scope} orders:write`, { requested: scope }),
    "allow",
    granted(scope),
  ],
  [
    "a refresh of more than the scope",
    refreshOf(scope, { requested: `${scope} orders:write` }),
    "reject-input",
  ],
  ["a refresh of a denied scope", refreshOf(`${scope} refund:all`), "allow", granted(scope)],
  ["a refresh of a reserved scope", refreshOf(`${scope} admin:all`), "allow", granted(scope)],
  [
    "a refresh of a reserved client",
    refreshOf("admin:all refund:all", { client_id: "console" }),
    "allow",
    granted("admin:all"),
  ],
  ["a refresh of a denied client", refreshOf(scope, { client_id: "evil" }), "deny"],
  [
    "a refresh of a client with a narrower scope",
    refreshOf(`${scope} orders:write`, { clientScope: scope }),
    "allow",
    granted(scope),
  ],
  [
    "a discovery document",
    { op: "discovery" },
    "allow",
    { assert: { scopes_supported: [scope, "orders:write"], mustNotContain: ["refund:all"] } },
  ],
];

describe("the dialect", () => {
  it("is interpreted correctly in every part", async () => {
    const cases = DIALECT.map(([title, given, expected, more]) => {
      const alsoOk = expected === "deny" ? ["reject-input"] : [];
      return caseOf(title, given, expected, { alsoOk, ...more });
    });
    const { lines } = await run(corpusOf(...cases));
    expect(lines).toEqual([`${cases.length} passed, 0 failed, 0 skipped`]);
  });

  it("has checks that can fail", async () => {
    const scopes = caseOf("scopes", { op: "parse-scope", scope: "a" }, "allow", {
      assert: { scopes: ["a", "b"] },
    });
    const failing = (id: string, assert: object, given: object = {}) =>
      caseOf(id, { token: null, ...list, ...given }, "deny", { assert });
    const { last } = await run(
      corpusOf(
        scopes,
        failing("status", { status: 403 }),
        failing("equals", { challenge: { equals: { error: "invalid_token" } } }),
        failing("absent", { challenge: { absent: ["resource_metadata"] } }),
        failing("has", { challenge: { has: ["error"] } }),
        failing("other", { challenge: { like: 1 } }),
        failing("contain", { mustContain: ["nowhere"] }),
        failing("notContain", { mustNotContain: ["Bearer"] }),
        failing("list", { list: [] }),
        failing("supported", { scopes_supported: [] }),
        failing("absentKeys", { absentKeys: ["a"] }),
        failing("time", { maxMs: -1 }),
        caseOf("granted", consentOf("orders:read"), "allow", granted("orders:write")),
        caseOf("shown", consentOf("orders:read"), "allow", {
          assert: { mustContain: ['"verified":true'] },
        }),
        caseOf("left", refreshOf("orders:read"), "allow", granted()),
        caseOf("removed", consentOf("orders:read"), "allow", {
          assert: { removed: ["orders:read"] },
        }),
      ),
    );
    expect(last).toBe("0 passed, 16 failed, 0 skipped");
  });
});

describe("the result of a response", () => {
  it.each([
    ["Bearer", 0],
    ['Bearer error="invalid_token", scope="a b"', 2],
    ['Basic realm="x"', "does not start with `Bearer`"],
    ['Bearer error="a\\"b"', "no valid value at `error`"],
    ['Bearer error="a", error="b"', "the attribute `error` is duplicated"],
    ['Bearer scope=" a"', "`scope` is not a scope"],
    ['Bearer error="a"x="b"', "attributes must be separated by a comma"],
    ['Bearer error="a", ', "ends in a comma"],
    ["Bearer error", "an attribute without a value"],
  ])("parses the challenge strictly: %s", (field, expected) => {
    const read = readChallenge(field);
    expect(typeof read === "string" ? read : read.size).toBe(expected);
  });

  const message = (body: object) => ({
    status: 200,
    headers: new Map([["content-type", "application/json"]]),
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...body }),
  });
  const denied = { isError: true, _meta: { "scope-policy/denial": { status: 403 } } };

  it.each([
    ["a result", { result: { content: [] } }, ["allow"]],
    ["a denial", { result: denied }, ["deny"]],
    ["an error of a tool", { result: { isError: true } }, []],
    ["an error of understanding", { error: { code: -32600 } }, ["reject-input"]],
    ["a refused method", { error: { code: -32601 } }, ["deny"]],
    ["a crash", { error: { code: -32603 } }, []],
  ])(
    "takes the outcome from the message of the Model Context Protocol, not from the status: %s",
    (_title, body, expected) => {
      expect(readMessages(message(body))?.outcomes).toEqual(expected);
    },
  );

  it("is allow if a handler has run, whatever the status", () => {
    const refusal = { status: 403, headers: new Map<string, string>(), body: "" };
    expect(resultOf(refusal, ["list"]).outcomes).toEqual(["allow"]);
    expect(resultOf(refusal, []).outcomes).toEqual(["deny"]);
    expect(resultOf({ ...refusal, status: 200 }, []).outcomes).toEqual([]);
  });

  it("has no outcome for status 500", () => {
    expect(outcomesOf(500)).toEqual([]);
  });
});
