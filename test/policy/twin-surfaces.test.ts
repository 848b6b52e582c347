// Templates that differ in placeholder names alone on each surface: one scope token in all of them, two names where the policy is printed.

import {
  authorizationServerMetadata,
  connectedApp,
  consentScreen,
  createAuthorizer,
  loadPolicy,
  protectedResourceMetadata,
} from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { fetchGate } from "scope-policy/fetch";
import { renderConsent } from "scope-policy/html";
import { expectNoWidening } from "scope-policy/testing";
import { describe, expect, it } from "vitest";
import { createSecuritySchemes } from "../../src/mcp/server/security-schemes.js";
import { runIn } from "../cli/run.js";
import { client, factsOf } from "../consent/facts.js";

const PARTNER = "/accounts/{partnerID}/tickets";
const OWN = "/accounts/{accountID}/tickets";
const TOKEN = "/accounts/a1/tickets";
const OF_PARTNER = "GET /partners/{partnerID}/tickets";
const OF_OWN = "GET /accounts/{accountID}/tickets";

const DEFINITION = {
  name: "Payments",
  version: "1",
  scopes: {
    base: { default: "on" },
    [PARTNER]: { title: "Tickets of a partner" },
    [OWN]: { title: "Own tickets" },
  },
  tools: { partner_tickets: PARTNER, own_tickets: OWN, both: { allOf: [PARTNER, OWN] } },
  endpoints: { [OF_PARTNER]: PARTNER, [OF_OWN]: OWN },
} as const;
const payments = loadPolicy(DEFINITION);

const events: AuditEvent[] = [];
const authorizer = createAuthorizer({
  policy: payments,
  verify: (rawToken) => ({ scope: Buffer.from(rawToken, "hex").toString() }),
  audit: (event) => void events.push(event),
});
const gate = fetchGate(authorizer);
const ask = async (path: string, scope: string) => {
  const headers = { Authorization: `Bearer ${Buffer.from(scope).toString("hex")}` };
  const answer = await gate.endpoint(new Request(`https://api.example${path}`, { headers }));
  return answer instanceof Response ? answer : undefined;
};

describe("requests and lists", () => {
  it.each(["/partners/", "/accounts/"])("open %s for the value of the token alone", (start) => {
    const codeOf = (value: string, scope = TOKEN) =>
      payments.decideRequest({ scope }, { method: "GET", path: `${start}${value}/tickets` }).code;
    expect(codeOf("a1")).toBe("allowed");
    expect(codeOf("b2")).toBe("binding_mismatch");
    expect(codeOf("a1", "base")).toBe("insufficient_scope");
  });

  it("list the tools of both templates for one scope token", () => {
    const listed = (scope: string) =>
      payments.toolsFor({ scope }).map(({ name, decision }) => [name, decision.code]);
    const tools = Object.keys(DEFINITION.tools);
    expect(listed(TOKEN)).toEqual(tools.map((name) => [name, "allowed"]));
    expect(listed("base")).toEqual(tools.map((name) => [name, "insufficient_scope"]));
  });

  it("name neither template in a security scheme of MCP", () => {
    const schemes = createSecuritySchemes(payments);
    for (const name of Object.keys(DEFINITION.tools)) {
      expect(schemes.of(name)).toEqual([{ type: "oauth2" }]);
    }
  });
});

describe("a gate", () => {
  it.each(["/partners/a1/tickets", "/accounts/a1/tickets"])(
    "of %s lets the token through, and names the one scope token in a challenge",
    async (path) => {
      expect(await ask(path, TOKEN)).toBeUndefined();
      const answer = await ask(path, "base");
      expect(answer?.status).toBe(403);
      expect(answer?.headers.get("WWW-Authenticate")).toContain(`scope="${TOKEN}"`);
    },
  );

  it("names the scope token once in a challenge for an operation that needs both", async () => {
    const admission = await authorizer.admit({
      authorization: `Bearer ${Buffer.from("base").toString("hex")}`,
      operation: "both",
      params: { partnerID: "a1", accountID: "a1" },
    });
    const answer = admission.kind === "refused" ? admission.answer : undefined;
    expect(answer?.headers["WWW-Authenticate"]).toContain(`scope="${TOKEN}"`);
  });

  it("records the template that the operation names, and the scope token", async () => {
    events.length = 0;
    await ask("/partners/a1/tickets", TOKEN);
    await ask("/accounts/a1/tickets", TOKEN);
    expect(events).toMatchObject(
      [
        [OF_PARTNER, PARTNER],
        [OF_OWN, OWN],
      ].map(([name, scope]) => ({
        operation: { name },
        requirement: { rules: [{ anyOf: [{ scopes: [scope] }] }] },
        decision: { code: "allowed", scopes: [TOKEN] },
      })),
    );
  });
});

describe("consent and documents", () => {
  const account = { owns: () => "Bakery" };

  it("show one box on the page, with the title of the first template", () => {
    const screen = consentScreen(payments, factsOf({ requested: `base ${TOKEN}`, account }));
    const page = renderConsent(screen, { action: "/consent", csrf: "c" });
    expect(page.split(`value="${TOKEN}"`)).toHaveLength(2);
    expect(page).toContain("Tickets of a partner");
    expect(page).not.toContain("Own tickets");
  });

  it("show one scope of a connected app", () => {
    const grant = { grantId: "g", client, scope: TOKEN, authorizedAt: 1 };
    expect(connectedApp(payments, grant, { account }).scopes).toEqual([
      {
        scope: TOKEN,
        title: "Tickets of a partner",
        description: "Tickets of a partner",
        lang: { title: null, description: null },
        effect: "active",
      },
    ]);
  });

  it("advertise neither template, since a client cannot request a placeholder", () => {
    const issuer = "https://as.example.com";
    const documents = [
      authorizationServerMetadata(payments, { issuer }),
      protectedResourceMetadata(payments, { resource: "https://api.example.com/" }),
    ];
    for (const document of documents) expect(document["scopes_supported"]).toEqual(["base"]);
  });
});

describe("the commands", () => {
  const run = async (...argv: readonly string[]) => {
    const [command = "", ...rest] = argv;
    const files = { "policy.json": JSON.stringify(DEFINITION) };
    const { out, err } = await runIn(files, [command, "policy.json", ...rest]);
    return (out + err).replaceAll(/\s+/g, " ");
  };

  it("explain a call by the parameter of the template that the operation names", async () => {
    const explain = (path: string) => run("explain", `GET ${path}`, "--scope", TOKEN);
    expect(await explain("/partners/a1/tickets")).toContain(`YES: ${OF_PARTNER} is allowed`);
    expect(await explain("/accounts/a1/tickets")).toContain(`YES: ${OF_OWN} is allowed`);
    const other = await explain("/accounts/b2/tickets");
    expect(other).toContain("NO: ");
    expect(other).toContain("accountID");
    expect(other).not.toContain("partnerID");
  });

  it("list both names in the JSON Schema of the policy", async () => {
    const { $defs } = JSON.parse(await run("schema")) as {
      $defs: Record<string, { enum?: readonly string[] }>;
    };
    expect($defs["ScopeName"]?.enum).toEqual(expect.arrayContaining([PARTNER, OWN]));
  });

  it("print the template that each operation names in the matrix", async () => {
    const text = await run("matrix", "--format", "markdown");
    expect(text).toContain(`| \`${OF_PARTNER}\` | \`${PARTNER}\``);
    expect(text).toContain(`| \`${OF_OWN}\` | \`${OWN}\``);
  });

  it("document both templates, each with its title", async () => {
    const text = await run("docs");
    for (const scope of [PARTNER, OWN]) expect(text).toContain(`| \`${scope}\` |`);
    expect(text).toContain(`| GET | \`/partners/{partnerID}/tickets\` | \`${PARTNER}\` |`);
  });
});

describe("expectNoWidening", () => {
  const { scopes, tools } = DEFINITION;
  const of = (change: object) => loadPolicy({ ...DEFINITION, ...change });
  const withoutOwn = { base: scopes.base, [PARTNER]: scopes[PARTNER] };

  it("reports no widening if a template gets a twin, or an operation names the twin", () => {
    const alone = of({ scopes: withoutOwn, tools: { partner_tickets: PARTNER }, endpoints: {} });
    const beside = of({ tools: { partner_tickets: PARTNER }, endpoints: {} });
    expect(() => expectNoWidening(alone, beside)).not.toThrow();
    const moved = { partner_tickets: { scope: OWN, params: { accountID: "partnerID" } } };
    expect(() => expectNoWidening(beside, of({ tools: moved, endpoints: {} }))).not.toThrow();
  });

  it("reports what a twin implies for each scope token of both", () => {
    const wider = { ...scopes, [OWN]: { implies: ["base"] } };
    const basic = { ...tools, basic: "base" };
    const before = of({ tools: basic });
    expect(() => expectNoWidening(before, of({ tools: basic, scopes: wider }))).toThrow("basic");
  });
});
