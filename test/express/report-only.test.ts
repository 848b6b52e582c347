import { createServer } from "node:http";
import { createRequire } from "node:module";
import express5, { type Request } from "express";
import {
  type AccessToken,
  type Allowed,
  createAuthorizer,
  loadPolicy,
  PolicyError,
} from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ExpressGate, type ExpressGateOptions, expressGate } from "../../src/express.js";
import { listen } from "../contract/listen.js";
import { describeReportOnly, REPORTED_ROUTES } from "../contract/report-only.js";
import { send } from "../contract/wire.js";

type Make = typeof express5;
const express4 = createRequire(import.meta.url)("express4") as Make;
const VERSIONS = [
  ["Express 4", express4],
  ["Express 5", express5],
] as const;

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

for (const [name, make] of VERSIONS) {
  describeReportOnly({
    name,
    start: async (gated) => {
      const app = make();
      const gate =
        gated && expressGate(gated.authorizer, { dangerouslyReportOnly: gated.isReportOnly });
      for (const { method, path, operation } of REPORTED_ROUTES) {
        const isEndpoint = operation.includes(" ");
        const before = gate === undefined ? [] : [isEndpoint ? gate.endpoint() : gate(operation)];
        const verb = method.toLowerCase() as "get" | "post" | "delete";
        app[verb](path, ...(before as []), (req: Request, res: { json(value: unknown): unknown }) =>
          res.json({ operation, params: req.params }),
        );
      }
      const running = await listen(createServer(app));
      return { ...running, ...(gate && { report: () => gate.report() }) };
    },
  });
}

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:detail": {} },
  tools: {
    list_courses: "courses:read",
    search: { public: true, enrichedBy: "courses:detail" },
    remove: { deny: "never" },
  },
});

interface Seen {
  readonly token: AccessToken | string;
  readonly optional: AccessToken | undefined | string;
  readonly decision: Allowed | string;
}

const attempt = <Value>(read: () => Value): Value | string => {
  try {
    return read();
  } catch (error) {
    return (error as PolicyError).code;
  }
};

describe.each(VERSIONS)("the gate of %s", (_version, make) => {
  const serve = async (options: ExpressGateOptions, events: AuditEvent[] = []) => {
    const authorizer = createAuthorizer({
      policy,
      verify: (rawToken) =>
        rawToken === "none"
          ? { scope: "" }
          : rawToken === "reader"
            ? { scope: "courses:read courses:detail" }
            : undefined,
      audit: (event) => void events.push(event),
      onRejected: () => undefined,
    });
    const gate: ExpressGate = expressGate(authorizer, options);
    const app = make();
    const seen: Seen[] = [];
    app.get("/:tool", (req, res, next) => {
      void gate(req.params.tool)(req, res, () => {
        seen.push({
          token: attempt(() => gate.token(req)),
          optional: attempt(() => gate.optionalToken(req)),
          decision: attempt(() => gate.decision(req)),
        });
        if (req.query["status"] === "boom") next(new Error("boom"));
        else res.status(Number(req.query["status"] ?? 200)).end();
      });
    });
    app.use(
      (
        _error: unknown,
        _req: unknown,
        res: { status(code: number): { end(): void } },
        next: () => void,
      ) => {
        res.status(500).end();
        void next; // Express knows an error handler by its four parameters
      },
    );
    const running = await listen(createServer(app));
    const ask = async (path: string, token?: string) => {
      const headers = token === undefined ? [] : [`Authorization: Bearer ${token}`];
      return (await send(running.port, { method: "GET", path, headers })).status;
    };
    return { ask, seen, close: () => running.close(), gate };
  };

  it("gives handlers the token and the decision that allowed the request", async () => {
    const { ask, seen, close } = await serve({});
    await ask("/list_courses", "reader");
    await ask("/search", "reader");
    await ask("/search");
    await close();
    const token = { scope: "courses:read courses:detail" };
    expect(seen).toMatchObject([
      {
        token,
        optional: token,
        decision: { allowed: true, scopes: ["courses:read"], enriched: false },
      },
      { token, optional: token, decision: { allowed: true, enriched: true } },
      { token: "ERR_COVERAGE", decision: { allowed: true, enriched: false } },
    ]);
    expect(seen[2]?.optional).toBeUndefined();
  });

  it("gives handlers verified tokens only if it reports only, and no decision that allows nothing", async () => {
    const { ask, seen, close } = await serve({ dangerouslyReportOnly: true });
    expect(await ask("/list_courses")).toBe(200);
    expect(await ask("/list_courses", "unknown")).toBe(200);
    expect(await ask("/list_courses", "none")).toBe(200);
    expect(await ask("/list_courses", "reader")).toBe(200);
    expect(await ask("/remove", "reader")).toBe(403);
    await close();
    const none = { token: "ERR_COVERAGE", optional: undefined, decision: "ERR_COVERAGE" };
    expect(seen).toMatchObject([
      none,
      none,
      { ...none, token: { scope: "" } },
      { optional: { scope: "courses:read courses:detail" }, decision: { allowed: true } },
    ]);
  });

  it("reports the status that the client got as a second event, once for each call", async () => {
    const events: AuditEvent[] = [];
    const { ask, close } = await serve({}, events);
    for (const status of ["200", "404", "boom"])
      await ask(`/list_courses?status=${status}`, "reader");
    await ask("/list_courses", "none");
    await close();
    const statuses = events.map(({ id, kind, status }) => ({ id, kind, status }));
    const answered = statuses.filter(({ kind }) => kind === "answered");
    expect(answered.map(({ status }) => status)).toEqual([200, 404, 500, 403]);
    const first = statuses.filter(({ kind }) => kind === undefined);
    expect(answered.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  });

  it("takes claims of the server from `authenticate`, for a request without a header", async () => {
    const authenticate = (req: Request) =>
      req.query["user"] === undefined ? null : { scope: "courses:read", sub: req.query["user"] };
    const { ask, seen, close } = await serve({ authenticate });
    expect(await ask("/list_courses?user=ada")).toBe(200);
    expect(await ask("/list_courses")).toBe(401);
    expect(await ask("/list_courses?user=ada", "unknown")).toBe(401);
    await close();
    expect(seen).toMatchObject([{ token: { sub: "ada" } }]);
  });
});

describe("expressGate", () => {
  it("refuses to be made if nothing can authenticate a caller", () => {
    const authorizer = createAuthorizer({ policy });
    expect(() => expressGate(authorizer)).toThrow(PolicyError);
    expect(() => expressGate(authorizer)).toThrow(/no `verify` and the gate no `authenticate`/);
    expect(expressGate(authorizer, { authenticate: () => null })).toBeTypeOf("function");
  });

  it("requires a reason for a route that something else protects", () => {
    const gate = expressGate(createAuthorizer({ policy, verify: () => undefined }));
    for (const reason of [undefined, "", " ", 7]) {
      expect(() => gate.elsewhere(reason as string)).toThrow(PolicyError);
    }
    let passed = false;
    void gate.elsewhere("the old session middleware")({} as never, {} as never, () => {
      passed = true;
    });
    expect(passed).toBe(true);
  });

  it("logs one line when it starts to report only, and one each hour", () => {
    vi.useFakeTimers();
    const log = vi.mocked(console.error);
    const verify = () => undefined;
    expressGate(createAuthorizer({ policy, verify }), { dangerouslyReportOnly: true });
    expect(log.mock.calls).toEqual([[expect.stringContaining("`dangerouslyReportOnly`")]]);
    vi.advanceTimersByTime(2 * 3_600_000);
    expect(log.mock.calls).toHaveLength(3);
    expect(log.mock.calls[2]?.[0]).toContain("would have refused 0 of 0 calls");
  });

  it("logs the first line in a runtime without timers", () => {
    vi.stubGlobal("setInterval", () => {
      throw new Error("no timers here");
    });
    const verify = () => undefined;
    expressGate(createAuthorizer({ policy, verify }), { dangerouslyReportOnly: true });
    vi.unstubAllGlobals();
    expect(vi.mocked(console.error).mock.calls).toHaveLength(1);
  });
});
