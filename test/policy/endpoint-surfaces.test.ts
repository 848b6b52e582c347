// Catch-alls, custom verbs and HEAD beside GET on each surface that names endpoints or matches requests.

import { Hono } from "hono";
import { connectedApp, consentScreen, createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { fetchGate } from "scope-policy/fetch";
import { honoGate } from "scope-policy/hono";
import { renderConsent } from "scope-policy/html";
import { expectNoWidening, WideningFound } from "scope-policy/testing";
import { describe, expect, it } from "vitest";
import { runIn } from "../cli/run.js";
import { client, factsOf, rowOf } from "../consent/facts.js";
import { titled } from "../titled.js";

const FILES = "GET /files/{path*}";
const HEAD_FILES = "HEAD /files/{path*}";
const SECRETS = "GET /files/secret/{path*}";
const KEYS = "GET /files/secret/keys";
const JOB = "POST /jobs/{job}";
const CANCEL = "POST /jobs/{job}:cancel";
const CLOSE = "POST /accounts/{id}:close";

const CLOSE_SCOPE = "/accounts/{id}/close";
const SHOWN = { audit: { show: ["path", "id"] } } as const;

const DEFINITION = {
  name: "Storage",
  version: "1",
  tiers: ["free", "pro"],
  scopes: { read: "Read files", run: "Run jobs", stop: "Stop jobs", [CLOSE_SCOPE]: {} },
  endpoints: {
    [FILES]: { scope: "read", ...SHOWN },
    [HEAD_FILES]: { scope: "read", title: "Look at a file" },
    [SECRETS]: { deny: "Secrets stay inside." },
    [KEYS]: "read",
    [JOB]: "run",
    [CANCEL]: { scope: "stop", tier: "pro" },
    [CLOSE]: { scope: CLOSE_SCOPE, ...SHOWN },
  },
};
const storage = loadPolicy(DEFINITION);
const pro = (scope: string) => ({ scope, tier: "pro" });

describe("a decision by name", () => {
  it("takes the value beside a verb, and no value of a catch-all", () => {
    const closing = (params: object) =>
      storage.decideUntrusted(pro("/accounts/a/close"), CLOSE, params).code;
    expect(closing({ id: "a" })).toBe("allowed");
    expect(closing({ id: "b" })).toBe("binding_mismatch");
    expect(closing({ id: "a:close" })).toBe("binding_mismatch");
    expect(closing({})).toBe("invalid_params");
    expect(storage.decideUntrusted(pro("read"), FILES).code).toBe("allowed");
    expect(storage.decideUntrusted(pro("read"), KEYS, { path: "x" }).code).toBe("denied");
  });
});

describe("a decision by request", () => {
  it.each([
    ["GET", "/files/a/b", "read", "allowed"],
    ["HEAD", "/files/a/b", "read", "allowed"],
    ["HEAD", "/files/a/b", "run", "insufficient_scope"],
    ["POST", "/files/a/b", "read", "unknown_operation"],
    ["GET", "/files/secret/keys", "read", "denied"],
    ["HEAD", "/files/secret/a/b", "read", "denied"],
    ["POST", "/jobs/a", "run", "allowed"],
    ["POST", "/jobs/a:cancel", "run", "insufficient_scope"],
    ["POST", "/jobs/a:cancel", "stop", "allowed"],
    ["POST", "/jobs/a:CANCEL", "run stop", "unknown_operation"],
    ["HEAD", "/jobs/a", "run", "unknown_operation"],
    ["POST", "/accounts/a:close", "/accounts/a/close", "allowed"],
    ["POST", "/accounts/b:close", "/accounts/a/close", "binding_mismatch"],
  ] as const)("about %s %s with the scope %s is %s", (method, path, scope, code) => {
    expect(storage.decideRequest(pro(scope), { method, path }).code).toBe(code);
  });
});

const events: AuditEvent[] = [];
const authorizer = createAuthorizer({
  policy: storage,
  verify: (rawToken) => pro(Buffer.from(rawToken, "hex").toString()),
  trustClaims: ["tier"],
  audit: (event) => void events.push(event),
});
const credentials = (scope: string) => ({
  Authorization: `Bearer ${Buffer.from(scope).toString("hex")}`,
});

const gate = fetchGate(authorizer);
const ask = (method: string, path: string, scope: string) =>
  gate.endpoint(new Request(`https://api.example${path}`, { method, headers: credentials(scope) }));

describe("the challenge", () => {
  it.each([
    ["GET", "/files/a/b", 'scope="read"'],
    ["HEAD", "/files/a/b", 'scope="read"'],
    ["POST", "/jobs/a", 'scope="run"'],
    ["POST", "/jobs/a:cancel", 'scope="stop"'],
    ["POST", "/accounts/a:close", 'scope="/accounts/a/close"'],
  ] as const)("for %s %s names the scope of the endpoint: %s", async (method, path, scope) => {
    const answer = (await ask(method, path, "other")) as Response;
    expect(answer.status).toBe(403);
    expect(answer.headers.get("WWW-Authenticate")).toContain(scope);
  });

  it.each(["/files/secret/keys", "/files/secret/a/b"])(
    "is missing for %s, which a catch-all denies",
    async (path) => {
      const answer = (await ask("GET", path, "other")) as Response;
      expect(answer.status).toBe(403);
      expect(answer.headers.get("WWW-Authenticate")).toBeNull();
    },
  );
});

describe("the audit event", () => {
  const route = honoGate(authorizer);
  const app = new Hono();
  app.get("/files/:path{.+}", route.endpoint(), (c) => c.text(""));
  const eventOf = async (method: string, path: string, scope: string) => {
    events.length = 0;
    await app.request(path, { method, headers: credentials(scope) });
    return events[0];
  };
  const shown = (name: string, value: string) => expect.objectContaining({ name, value }) as object;

  it("has the endpoint with its catch-all, and the value of several segments", async () => {
    expect(await eventOf("GET", "/files/a/b", "read")).toMatchObject({
      operation: { name: FILES, kind: "endpoint" },
      decision: { code: "allowed" },
      arguments: [shown("path", "a/b")],
    });
  });

  it("has the endpoint with its verb, and the value beside the verb", async () => {
    events.length = 0;
    await ask("POST", "/accounts/a:close", "/accounts/b/close");
    expect(events[0]).toMatchObject({
      operation: { name: CLOSE, kind: "endpoint" },
      decision: { code: "binding_mismatch", param: "id" },
      arguments: [shown("id", "a")],
    });
  });

  it("of a request of HEAD has the endpoint of GET", async () => {
    expect(await eventOf("HEAD", "/files/a/b", "read")).toMatchObject({
      operation: { name: FILES, kind: "endpoint" },
      arguments: [shown("path", "a/b")],
    });
  });
});

describe("consent", () => {
  const account = { tier: "free" };
  const screen = consentScreen(storage, factsOf({ requested: "read run stop", account }));

  it("lists catch-alls, verbs and HEAD among what a scope opens, and nothing that a catch-all denies", () => {
    expect(rowOf(screen, "read").unlocks.endpoints).toEqual([FILES, HEAD_FILES]);
    expect(rowOf(screen, "run").unlocks.endpoints).toEqual([JOB]);
    expect(rowOf(screen, "stop").unlocks.endpoints).toEqual([CANCEL]);
  });

  it("shows these endpoints on the page, as the policy spells them", () => {
    const page = renderConsent(screen, { action: "/consent", csrf: "c" });
    for (const name of [FILES, HEAD_FILES, CANCEL]) expect(page).toContain(name);
    for (const name of [SECRETS, KEYS]) expect(page).not.toContain(name);
  });

  it("shows a scope of an app as dormant if its only endpoint, such as a verb, needs a higher tier", () => {
    const grant = { grantId: "g", client, scope: "read run stop", authorizedAt: 1 };
    const effects = connectedApp(storage, grant, { account }).scopes.map(({ effect }) => effect);
    expect(effects).toEqual(["active", "active", "dormant_tier"]);
  });
});

describe("the commands", () => {
  const run = async (...argv: readonly string[]) => {
    const [command = "", ...rest] = argv;
    const files = { "policy.json": JSON.stringify(DEFINITION) };
    const { out, err } = await runIn(files, [command, "policy.json", ...rest]);
    return (out + err).replaceAll(/\s+/g, " ");
  };

  it.each([
    ["GET /files/a/b", FILES],
    ["HEAD /files/a/b", FILES],
    ["POST /jobs/a:cancel", CANCEL],
    ["POST /jobs/a:stop", JOB],
    ["GET /files/secret/a", SECRETS],
  ])("explain the request %s by the endpoint %s", async (request, name) => {
    const text = await run("explain", request, "--scope", "other");
    expect(text).toContain(`The request ${request} matches the endpoint ${name}.`);
  });

  it("explain an endpoint of HEAD by its name, as its GET", async () => {
    const text = await run("explain", HEAD_FILES, "--scope", "run");
    expect(text).toContain(`NO: ${HEAD_FILES} requires a scope that the token does not contain.`);
    expect(text).toContain("Missing: read");
  });

  it("print each of them in the matrix, and an endpoint that a catch-all denies with its reason", async () => {
    const text = await run("matrix", "--format", "markdown");
    for (const name of [FILES, HEAD_FILES]) expect(text).toContain(`| \`${name}\` | \`read\``);
    expect(text).toContain(`| \`${CANCEL}\` | \`stop\``);
    for (const name of [SECRETS, KEYS])
      expect(text).toContain(`| \`${name}\` | never: Secrets stay inside.`);
  });

  it("document each of them, and what the star of a catch-all means", async () => {
    const text = await run("docs");
    expect(text).toContain("| GET | `/files/{path*}` | `read` |");
    expect(text).toContain("| HEAD | `/files/{path*}` | `read` |");
    expect(text).toContain("| POST | `/jobs/{job}:cancel` | `stop` | pro tier |");
    expect(text).toContain("a name with `*` in braces matches one or more segments");
    expect(text).toContain(`| \`${KEYS}\` | Secrets stay inside. |`);
  });
});

describe("expectNoWidening", () => {
  const { endpoints } = DEFINITION;
  const without = (...names: readonly string[]) =>
    Object.fromEntries(Object.entries(endpoints).filter(([name]) => !names.includes(name)));
  const found = (before: object, after: object) => {
    const of = (change: object) => loadPolicy({ ...DEFINITION, endpoints: change });
    try {
      expectNoWidening(of(before), of(after));
      return [];
    } catch (error) {
      if (!(error instanceof WideningFound)) throw error;
      return error.widenings.map(({ operation }) => operation);
    }
  };
  const WIDER: readonly (readonly [
    title: string,
    before: object,
    after: object,
    names: string[],
  ])[] = [
    ["a new catch-all", without(FILES, HEAD_FILES), endpoints, [FILES]],
    ["what a catch-all no longer denies", endpoints, without(SECRETS), [FILES, KEYS]],
    ["a new verb", without(CANCEL), endpoints, [CANCEL]],
    ["a path that is no verb any more", endpoints, without(CANCEL), [JOB]],
    [
      "a weaker GET, once for the HEAD beside it",
      endpoints,
      { ...endpoints, [FILES]: "run", [HEAD_FILES]: "run" },
      [FILES],
    ],
    ["nothing for a new HEAD beside a GET", without(HEAD_FILES), endpoints, []],
    ["nothing without a change", endpoints, endpoints, []],
  ];
  it.each(titled(WIDER, ([title]) => title))("reports %s", (_title, [, before, after, names]) => {
    expect([...new Set(found(before, after))]).toEqual(names);
  });
});
