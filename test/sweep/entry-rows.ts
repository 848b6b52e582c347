import type { Authorizer, Policy } from "scope-policy";
import * as core from "scope-policy";
import * as analysis from "scope-policy/analysis";
import * as audit from "scope-policy/audit";
import * as express from "scope-policy/express";
import * as fastify from "scope-policy/fastify";
import * as fetch from "scope-policy/fetch";
import * as hono from "scope-policy/hono";
import * as html from "scope-policy/html";
import * as koa from "scope-policy/koa";
import * as mcp from "scope-policy/mcp";
import * as nest from "scope-policy/nest";
import * as policySource from "scope-policy/policy-source";
import * as providers from "scope-policy/providers";
import * as store from "scope-policy/store";
import * as testing from "scope-policy/testing";
import * as verify from "scope-policy/verify";
import { analysisRows } from "./analysis-rows.js";
import { auditRows, CLAIM_ROWS } from "./audit-rows.js";
import { coreRows, product } from "./core-rows.js";
import { FACTS, ISSUER, TOKENS, widerDefinition } from "./definition.js";
import { PROVIDER_ROWS } from "./provider-rows.js";
import type { AnyRow, Other, Table } from "./row.js";
import { STORE_ROWS } from "./store-rows.js";

/** Rows of one entry, with its exports. */
export interface EntryTable {
  readonly holder: object;
  readonly rows: Readonly<Record<string, AnyRow | Other>>;
}

const page = { action: "/consent", csrf: "c" };
const jwks = { keys: [] };
const wider = core.loadPolicy(widerDefinition);

/** An event of a log without any member that it can be without. */
const LOGGED_EVENT: html.AuditLogEntry = {
  time: "2026-11-27T18:30:00.000Z",
  operation: "list_courses",
  code: "denied",
  allowed: false,
  event: {
    id: "00000000-0000-4000-8000-00000000000a",
    time: "2026-11-27T18:30:00.000Z",
    policy: { name: "School", version: "1" },
    operation: { name: "list_courses", kind: "tool" },
    actor: {},
    client: {},
    token: {},
    decision: { code: "denied", allowed: false, reason: "closed" },
    arguments: [{ name: "id", type: "string" }],
  },
};

/** Returns the table of every entry, by the name of the entry. */
export function entryTables(policy: Policy, authorizer: Authorizer): Record<string, EntryTable> {
  const screens = FACTS.map((facts) => core.consentScreen(policy, facts));
  const tokens = { reader: TOKENS.reader, anonymous: undefined, list: ["courses:read"] };
  return {
    index: { holder: core, rows: coreRows(policy) },
    analysis: { holder: analysis, rows: analysisRows(policy, wider) },
    "policy-source": {
      holder: policySource,
      // it reads files and servers: see its own tests
      rows: {
        loadPolicySource: { takes: ["program", "options"], samples: [] },
      } satisfies Table<typeof policySource>,
    },
    audit: { holder: audit, rows: auditRows(policy) },
    verify: {
      holder: verify,
      rows: {
        ...CLAIM_ROWS,
        VerifierOutage: "class",
        introspectionVerifier: {
          takes: ["options"],
          samples: [
            [{ endpoint: ISSUER, issuer: ISSUER, bearer: "b", audience: "api" }],
            [{ endpoint: ISSUER }],
            [{}],
          ],
        },
        jwtVerifier: {
          takes: ["options"],
          samples: [
            [{ issuer: ISSUER, audience: "api", jwks: `${ISSUER}/jwks`, algorithms: ["ES256"] }],
            [{ issuer: ISSUER, audience: "api", jwks, algorithms: ["none"] }],
            [{}],
          ],
        },
      } satisfies Table<typeof verify>,
    },
    providers: { holder: providers, rows: PROVIDER_ROWS },
    express: {
      holder: express,
      rows: {
        expressGate: {
          takes: ["program", "options"],
          samples: [[authorizer], [authorizer, { requestId: () => 7 }]],
        },
      } satisfies Table<typeof express>,
    },
    fastify: {
      holder: fastify,
      // only a server reads its options: see the rows of options
      rows: {
        scopePolicy: { takes: ["program", "options", "program"], samples: [] },
      } satisfies Table<typeof fastify>,
    },
    fetch: {
      holder: fetch,
      rows: {
        fetchGate: {
          takes: ["program", "options"],
          samples: [[authorizer], [authorizer, { requestId: () => 7 }]],
        },
      } satisfies Table<typeof fetch>,
    },
    hono: {
      holder: hono,
      rows: {
        honoGate: {
          takes: ["program", "options"],
          samples: [[authorizer], [authorizer, { requestId: () => 7 }]],
        },
      } satisfies Table<typeof hono>,
    },
    html: {
      holder: html,
      rows: {
        renderConsent: {
          takes: ["program", "options"],
          samples: product(screens, [
            page,
            { ...page, selection: { decision: "all", scopes: [7], boundaries: "x" } },
            { ...page, preset: "read-only", notice: "Again", presetUrl: (id: string) => `?${id}` },
          ]),
        },
        renderConnectedApps: {
          takes: ["program", "options"],
          samples: [
            [[], page],
            [[], { ...page, locale: ["de"], timeZone: "UTC", notice: "Revoked", backUrl: "/back" }],
          ],
        },
        renderAuditLog: {
          takes: ["program", "options"],
          samples: [
            [{ events: [LOGGED_EVENT] }],
            [{ events: [], next: "1.a" }, { query: { before: "2.b" } }],
          ],
        },
        SETTINGS_PAGE_HEADERS: "constant",
        readAuditLogQuery: {
          takes: ["program"],
          samples: [[new URLSearchParams("client_id=a&refused=true")]],
        },
      } satisfies Table<typeof html>,
    },
    koa: {
      holder: koa,
      rows: {
        koaGate: {
          takes: ["program", "options"],
          samples: [[authorizer], [authorizer, { requestId: () => 7 }]],
        },
      } satisfies Table<typeof koa>,
    },
    mcp: {
      holder: mcp,
      rows: {
        mcpGate: { takes: ["program", "options"], samples: [[authorizer], [authorizer, {}]] },
        protect: { takes: ["program", "options"], samples: [] },
      } satisfies Table<typeof mcp>,
    },
    nest: {
      holder: nest,
      rows: {
        scopePolicyGuard: {
          takes: ["program", "options"],
          samples: [[authorizer], [authorizer, { requestId: () => 7 }]],
        },
      } satisfies Table<typeof nest>,
    },
    store: { holder: store, rows: STORE_ROWS },
    testing: {
      holder: testing,
      rows: {
        WideningFound: "class",
        decisionMatrix: {
          takes: ["policy", "options"],
          samples: [
            [policy, { tokens }],
            [policy, { tokens, operations: ["search", "get_profile"], params: { accountID: "a" } }],
          ],
        },
        expectNoWidening: {
          takes: ["policy", "policy", "options"],
          samples: [
            [policy, policy],
            [policy, wider],
            [policy, wider, { except: ["export_reports"] }],
          ],
        },
        policyMatchers: "constant",
      } satisfies Table<typeof testing>,
    },
  };
}

/** Rows of the matchers, which are not exported separately. */
export const matcherRows: Table<typeof testing.policyMatchers> = {
  toAllow: {
    takes: ["program", "program", "program", "program"],
    samples: [["courses:read", "search"]],
  },
  toDeny: {
    takes: ["program", "program", "program", "program", "program"],
    samples: [["openid", "purge", "reserved_scope"]],
  },
};
