import { type Authorizer, createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it } from "vitest";
import type { GateReport } from "../../src/adapters/report-only.js";
import type { Running } from "./subject.js";
import { send, type WireRequest, type WireResponse } from "./wire.js";

/*
 * The law of `dangerouslyReportOnly`, for every HTTP gate: no response differs from that of the app without the gate, except for
 * denied operations, and every refusal that the enforcing gate would send is counted and audited.
 */

/** The routes of every app under the law: method, path with `:id`, and the operation. */
export const REPORTED_ROUTES = [
  { method: "GET", path: "/courses", operation: "list_courses" },
  { method: "POST", path: "/courses", operation: "create_course" },
  { method: "GET", path: "/export", operation: "export_courses" },
  { method: "DELETE", path: "/account", operation: "delete_account" },
  { method: "GET", path: "/search", operation: "search" },
  { method: "GET", path: "/wallet/:account", operation: "get_wallet" },
  { method: "GET", path: "/v1/jobs/:job", operation: "GET /v1/jobs/{job}" },
] as const;

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "courses:read": {},
    "courses:write": {},
    "admin:all": { reserved: true },
    "jobs:read": {},
    "/accounts/{account}/wallet.read": {},
  },
  tools: {
    list_courses: "courses:read",
    create_course: "courses:write",
    export_courses: { scope: "courses:read", tier: "pro" },
    delete_account: { deny: "Account deletion requires email confirmation." },
    search: { public: true },
    get_wallet: "/accounts/{account}/wallet.read",
  },
  endpoints: { "GET /v1/jobs/{job}": "jobs:read" },
});

const TOKENS = new Map([
  ["reader", "courses:read"],
  ["writer", "courses:read courses:write jobs:read"],
  ["wallet", "/accounts/acc-7/wallet.read"],
]);

const HEADERS: readonly (readonly string[])[] = [
  [],
  ["Authorization: Bearer reader"],
  ["Authorization: Bearer writer"],
  ["Authorization: Bearer wallet"],
  ["Authorization: Bearer unknown"],
  ["Authorization: Bearer outage"],
  ["Authorization: Bearer"],
  ["Authorization: Bearer a", "Authorization: Bearer b"],
  ["Authorization: Basic abc"],
];

const PATHS = [
  ...REPORTED_ROUTES.map(({ method, path }) => ({ method, path: path.replace(/:\w+/, "acc-7") })),
  { method: "GET", path: "/wallet/acc-8" },
  { method: "GET", path: "/wallet/a%2Fb" },
  { method: "GET", path: "/wallet/%6Da" },
  { method: "GET", path: "/v1/jobs/a%20b?x=1" },
  { method: "GET", path: "/v1/Jobs/7" },
  { method: "GET", path: "/courses/" },
  { method: "HEAD", path: "/courses" },
  { method: "GET", path: "/nowhere" },
  { method: "GET", path: "/.well-known/oauth-protected-resource" },
];

/** Starts the app, with the gate of an authorizer or without one. The handlers of a route respond the same in both. */
export interface ReportedApp {
  readonly name: string;
  start(gated: GatedApp | undefined): Promise<Running & { report?: () => GateReport }>;
}

export interface GatedApp {
  readonly authorizer: Authorizer;
  readonly isReportOnly: boolean;
}

function createTestAuthorizer(events: AuditEvent[]) {
  return createAuthorizer({
    policy,
    resource: "https://api.example.com/",
    trustClaims: [],
    verify: (rawToken) => {
      if (rawToken === "outage") throw new Error("boom");
      const scope = TOKENS.get(rawToken);
      return scope === undefined ? undefined : { scope, sub: "user-1" };
    },
    audit: (event) => void (event.kind === undefined && events.push(event)),
    onOutage: () => undefined,
    onRejected: () => undefined,
  });
}

const comparable = ({ status, headers, body }: WireResponse) => ({
  status,
  body,
  headers: [...headers].filter(([name]) => name !== "date"),
});

/** Describes the law for one adapter. */
export function describeReportOnly(app: ReportedApp): void {
  describe(`dangerouslyReportOnly of ${app.name}`, () => {
    it("changes no response but those of denied operations, and counts every refusal", async () => {
      const events: AuditEvent[] = [];
      const authorizer = createTestAuthorizer(events);
      const bare = await app.start(undefined);
      const reporting = await app.start({ authorizer, isReportOnly: true });
      const enforcing = await app.start({
        authorizer: createTestAuthorizer([]),
        isReportOnly: false,
      });
      const refused = new Map<string, number>();
      try {
        for (const headers of HEADERS) {
          for (const path of PATHS) {
            const request: WireRequest = { ...path, headers };
            const expected = comparable(await send(bare.port, request));
            const seen = comparable(await send(reporting.port, request));
            const enforced = await send(enforcing.port, request);
            const code = codeOf(enforced);
            if (code !== undefined) refused.set(code, (refused.get(code) ?? 0) + 1);
            if (code === "denied") expect(seen).toEqual(comparable(enforced));
            else expect(seen).toEqual(expected);
          }
        }
        const counted = new Map<string, number>();
        for (const codes of Object.values(reporting.report?.() ?? {})) {
          for (const [code, count] of Object.entries(codes)) {
            counted.set(code, (counted.get(code) ?? 0) + count);
          }
        }
        counted.delete("allowed");
        // a response to HEAD has no body, so its code is not in it; two tokens allow it
        const heads = HEADERS.length - 2;
        const sum = (counts: ReadonlyMap<string, number>) =>
          [...counts.values()].reduce((total, count) => total + count, 0);
        expect(sum(counted) - sum(refused)).toBe(heads);
        for (const [code, count] of refused)
          expect(counted.get(code)).toBeGreaterThanOrEqual(count);
        expect([...refused.keys()].sort()).toEqual([...counted.keys()].sort());
        expect(refused.size).toBeGreaterThanOrEqual(8);
        expect(events.length).toBeGreaterThan(0);
        expect(events.every(({ enforced }) => enforced === false)).toBe(true);
      } finally {
        await Promise.all([bare, reporting, enforcing].map((running) => running.close()));
      }
    });

    it("counts every name that the policy does not have as `unknown`", async () => {
      const authorizer = createTestAuthorizer([]);
      const running = await app.start({ authorizer, isReportOnly: true });
      try {
        for (const path of ["/v1/Jobs/7", "/v1/jobs/%6Da", "/V1/jobs/7"]) {
          await send(running.port, { method: "GET", path });
        }
        const names = Object.keys(running.report?.() ?? {});
        const known = new Set<string>([
          "unknown",
          ...REPORTED_ROUTES.map(({ operation }) => operation),
        ]);
        expect(names.filter((name) => !known.has(name))).toEqual([]);
      } finally {
        await running.close();
      }
    });
  });
}

/** Returns the code of a denial by a gate; `undefined` for every other response. */
function codeOf({ body, headers }: WireResponse): string | undefined {
  const isProblem = headers.get("content-type")?.[0]?.startsWith("application/problem+json");
  if (isProblem !== true || body === "") return undefined;
  return (JSON.parse(body) as { readonly error?: string }).error;
}
