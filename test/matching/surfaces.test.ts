// Matching rules on each surface: what a rule covers is covered everywhere.

import {
  clientRegistration,
  connectedApp,
  consentScreen,
  createAuthorizer,
  loadPolicy,
  protectedResourceMetadata,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { authorizationEvent } from "scope-policy/audit";
import { renderConsent } from "scope-policy/html";
import { expectNoWidening } from "scope-policy/testing";
import { describe, expect, it } from "vitest";
import { runIn } from "../cli/run.js";
import { client, factsOf, rowOf, scopesOf } from "../consent/facts.js";
import { titled } from "../titled.js";

const PATH = { match: "path-prefix" } as const;
const SMART = { match: "smart" } as const;

const DEFINITION = {
  name: "Clinic",
  version: "1",
  scopes: {
    read: { match: "parent", default: "on" },
    "read:notes": { default: "on" },
    "admin.*": { match: "wildcard" },
    "admin.users": {},
    "storage.read:/{path}": PATH,
    "patient/{Type}.r": SMART,
    "patient/{Type}.s": SMART,
  },
  tools: {
    notes: "read:notes",
    users: "admin.users",
    file: "storage.read:/{path}",
    search: { allOf: ["patient/{Type}.r", "patient/{Type}.s"] },
  },
  endpoints: { "GET /files/{path*}": "storage.read:/{path}" },
} as const;

const clinic = loadPolicy(DEFINITION);
const account = {
  owns: (_template: string, values: object) => Object.values(values).join() || "all",
};

describe("consent", () => {
  const requested = "read read:notes storage.read:/home storage.read:/home/x patient/X.rs";
  const screen = consentScreen(clinic, factsOf({ requested, account }));

  it("offers a row for each named scope, and implies the rows that others cover", () => {
    expect(scopesOf(screen)).toEqual([
      "read",
      "read:notes",
      "storage.read:/home",
      "storage.read:/home/x",
      "patient/X.r",
      "patient/X.s",
    ]);
    expect(rowOf(screen, "storage.read:/home").includes).toEqual(["storage.read:/home/x"]);
    expect(rowOf(screen, "read").includes).toEqual(["read:notes"]);
    for (const [row, other] of [
      ["storage.read:/home/x", "storage.read:/home"],
      ["read:notes", "read"],
    ] as const) {
      expect(rowOf(screen, row)).toMatchObject({ state: "implied", includedIn: [other] });
    }
  });

  it("includes what the root or every type covers, but no scope in itself", () => {
    const broad = ["storage.read:/", "storage.read:/home", "patient/*.r", "patient/X.r"];
    const facts = factsOf({ requested: broad.join(" "), account });
    const rows = consentScreen(clinic, facts);
    expect(broad.map((scope) => rowOf(rows, scope)).map((row) => row.includes)).toEqual([
      ["storage.read:/home"],
      [],
      ["patient/X.r"],
      [],
    ]);
  });

  it("includes a scope once that is implied and covered", () => {
    const registry = { match: "registry" } as const;
    const policy = loadPolicy({
      name: "Registry",
      version: "1",
      scopes: {
        "admin:{name}": { implies: ["repository:{name}:*", "repository:{name}:pull"] },
        "repository:{name}:*": registry,
        "repository:{name}:pull": registry,
      },
    });
    const asked = "admin:a repository:a:* repository:a:pull";
    const row = rowOf(consentScreen(policy, factsOf({ requested: asked, account })), "admin:a");
    expect(row.includes).toEqual(["repository:a:*", "repository:a:pull"]);
  });

  it("shows the rows on the page", () => {
    const page = renderConsent(screen, { action: "/consent", csrf: "c" });
    for (const scope of scopesOf(screen)) expect(page).toContain(`value="${scope}"`);
  });

  const select = (facts: object, scopes: readonly string[]) =>
    resolveConsent(clinic, factsOf({ requested, account, ...facts }), {
      decision: "approve",
      scopes,
    });

  it("grants what a chosen scope covers among what was requested", () => {
    expect(select({}, ["storage.read:/home", "patient/X.r"])).toMatchObject({
      ok: true,
      scope: "storage.read:/home storage.read:/home/x patient/X.r",
      changed: true,
    });
  });

  it("compares with the earlier grant by what it covers", () => {
    const granted = "read storage.read:/ patient/*.rs";
    const again = consentScreen(
      clinic,
      factsOf({ requested, account, granted, grantedPolicyVersion: "1" }),
    );
    expect(again.reason).toBe("nothing_new");
    const outcome = select({ granted, requested: "read:notes storage.read:/home/x patient/X.s" }, [
      "read:notes",
    ]);
    expect(outcome).toMatchObject({
      ok: true,
      added: [],
      removed: ["storage.read:/", "patient/*.rs"],
    });
    const more = consentScreen(
      clinic,
      factsOf({ requested: "storage.read:/home", account, granted: "storage.read:/home/x" }),
    );
    expect(more.reason).toBe("new_scopes");
  });
});

describe("discovery, registration and refresh", () => {
  it("advertise names alone, and no texts that a rule adds", () => {
    const document = protectedResourceMetadata(clinic, { resource: "https://api.example.com" });
    expect(document["scopes_supported"]).toEqual(["read", "read:notes"]);
  });

  const register = (scope: string, ceiling: readonly string[]) => {
    const result = clientRegistration(clinic, { scope }, { ceiling });
    return result.ok ? result.metadata["scope"] : result.error;
  };
  it.each([
    ["read:notes", ["read"], "read:notes"],
    ["read", ["read:notes"], "invalid_client_metadata"],
    ["storage.read:/home/x", ["storage.read:/home"], "storage.read:/home/x"],
    ["storage.read:/homes", ["storage.read:/home"], "invalid_client_metadata"],
    ["storage.read:/", ["storage.read:/{path}"], "storage.read:/"],
    ["patient/X.rs", ["patient/*.read"], "patient/X.r patient/X.s"],
    ["patient/*.r", ["patient/{Type}.r"], "patient/*.r"],
    ["patient/*.r", ["patient/X.r"], "invalid_client_metadata"],
  ] as const)("register %s within %s as %s", (scope, ceiling, registered) => {
    expect(register(scope, ceiling)).toBe(registered);
  });

  it.each([
    ["read", "read:notes", "read:notes"],
    ["storage.read:/home", "storage.read:/home/x", "storage.read:/home/x"],
    ["storage.read:/home", "storage.read:/homes", undefined],
    ["storage.read:/home/x", "storage.read:/home", undefined],
    ["patient/*.rs", "patient/X.rs", "patient/X.r patient/X.s"],
    ["patient/*.rs", undefined, "patient/*.rs"],
    ["patient/X.r", "patient/X.rs", undefined],
  ])("refresh %s for %s to %s", (original, requested, scope) => {
    const result = refreshScope(clinic, original, requested);
    expect(result.ok ? result.scope : undefined).toBe(scope);
  });

  it("show a scope of an app under the names that it has", () => {
    const grant = { grantId: "g", client, scope: "patient/X.rs storage.read:/a", authorizedAt: 1 };
    const { scopes } = connectedApp(clinic, grant);
    expect(scopes.map(({ scope }) => scope)).toEqual([
      "patient/X.r",
      "patient/X.s",
      "storage.read:/a",
    ]);
  });
});

describe("the response to a denial, and the audit event", () => {
  const authorizer = createAuthorizer({
    policy: clinic,
    verify: (token) => ({ scope: Buffer.from(token, "hex").toString(), sub: "u" }),
  });
  const admit = (scope: string, operation: "file" | "search" | "notes", params: object) =>
    authorizer.admit({
      authorization: `Bearer ${Buffer.from(scope).toString("hex")}`,
      operation,
      params: params,
    });

  it("name the scopes for the values of the call, never a prefix, a root or a star", async () => {
    const cases = [
      [await admit("x", "file", { path: "home/x" }), 'scope="storage.read:/home/x'],
      [await admit("patient/*.r", "search", { Type: "X" }), "patient/X.s"],
    ] as const;
    for (const [admission, expected] of cases) {
      const answer = admission.kind === "refused" ? admission.answer : undefined;
      expect(answer?.headers["WWW-Authenticate"]).toContain(expected);
    }
  });

  it("record granted scopes as the token spells them", () => {
    const scope = "patient/*.rs storage.read:/";
    const event = authorizationEvent(clinic, { type: "token", outcome: "success", scope });
    expect(event.scopes).toEqual({ granted: scope.split(" ") });
  });
});

describe("the commands", () => {
  const FILES = { "policy.json": JSON.stringify(DEFINITION) };
  const run = async (...argv: readonly string[]) => {
    const { out, err } = await runIn(FILES, argv);
    return (out + err).replaceAll(/\s+/g, " ");
  };

  it("explain a call that a broader grant allows, and the scope that it names", async () => {
    const argv = ["explain", "policy.json", "file", "--scope", "storage.read:/home"];
    expect(await run(...argv, "--param", "path=home/x")).toContain("YES: file is allowed");
    expect(await run(...argv, "--param", "path=homes")).toContain("NO: ");
  });

  it("print implied scopes in the matrix", async () => {
    const matrix = await run("matrix", "policy.json", "--format", "html");
    expect(matrix).toContain("match parent");
  });

  it("name the rule in the documentation", async () => {
    expect(await run("docs", "policy.json")).toContain("matching rule `path-prefix`");
  });
});

describe("the matchers", () => {
  const policyOf = (scopes: object, tool: string) =>
    loadPolicy({ name: "Compared", version: "1", scopes: scopes as never, tools: { t: tool } });
  const WIDER = [
    ["parent", { a: {}, "a.b": {} }, { a: { match: "parent" }, "a.b": {} }, "a.b"],
    ["wildcard", { "a.*": {}, "a.b": {} }, { "a.*": { match: "wildcard" }, "a.b": {} }, "a.b"],
    ["path-prefix", { "a:/{p}": {} }, { "a:/{p}": PATH }, "a:/{p}"],
    ["smart", { "a/{p}.r": {} }, { "a/{p}.r": SMART }, "a/{p}.r"],
    ["registry", { "a:{p}:x": {} }, { "a:{p}:x": { match: "registry" } }, "a:{p}:x"],
  ] as const;
  it.each(titled(WIDER, ([rule]) => rule))(
    "report a scope that gets the rule %s",
    (_title, [, before, after, tool]) => {
      expect(() => expectNoWidening(policyOf(before, tool), policyOf(after, tool))).toThrow();
      expect(() => expectNoWidening(policyOf(after, tool), policyOf(before, tool))).not.toThrow();
      expect(() => expectNoWidening(policyOf(after, tool), policyOf(after, tool))).not.toThrow();
    },
  );
});
