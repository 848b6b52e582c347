import { createAuthorizer, loadPolicy, PolicyError } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type FetchGateOptions, fetchGate } from "../src/fetch.js";

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue(undefined));
afterEach(() => void vi.restoreAllMocks());

const policy = loadPolicy({
  name: "Courses",
  version: "1",
  scopes: { "courses:read": {}, "courses:detail": {} },
  tools: {
    list_courses: "courses:read",
    search: { public: true, enrichedBy: "courses:detail" },
    remove: { deny: "never" },
  },
  endpoints: { "GET /jobs/{job}": "courses:read" },
});
const TOKENS = new Map([
  ["reader", "courses:read courses:detail"],
  ["none", ""],
]);

const createTestAuthorizer = (events: AuditEvent[] = []) =>
  createAuthorizer({
    policy,
    verify: (rawToken) => {
      const scope = TOKENS.get(rawToken);
      return scope === undefined ? undefined : { scope };
    },
    audit: (event) => void events.push(event),
    onRejected: () => undefined,
    onOutage: () => undefined,
    timeout: 50,
  });

const requestOf = (headers: Record<string, string> = {}, path = "/") =>
  new Request(`https://api.example.com${path}`, { headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const codeOf = (read: () => unknown) => {
  try {
    return read();
  } catch (error) {
    return error instanceof PolicyError ? error.code : error;
  }
};

describe("fetchGate with dangerouslyReportOnly", () => {
  it("counts by operation, and gives handlers verified tokens only", async () => {
    const gate = fetchGate(createTestAuthorizer(), { dangerouslyReportOnly: true });
    const forged = requestOf(bearer("forged"));
    expect(await gate(forged, "list_courses")).toBeUndefined();
    expect(codeOf(() => gate.token(forged))).toBe("ERR_COVERAGE");
    expect(gate.optionalToken(forged)).toBeUndefined();
    expect(codeOf(() => gate.decision(forged))).toBe("ERR_COVERAGE");
    const poor = requestOf(bearer("none"));
    expect(await gate(poor, "list_courses")).toBeUndefined();
    expect(gate.token(poor)).toMatchObject({ scope: "" });
    expect(await gate.endpoint(requestOf({}, "/jobs/7/"))).toBeUndefined();
    expect(await gate.endpoint(requestOf(bearer("reader"), "/jobs/7"))).toMatchObject({
      scope: TOKENS.get("reader"),
    });
    expect(await gate(requestOf(bearer("reader")), "remove")).toBeInstanceOf(Response);
    expect(gate.report()).toEqual({
      list_courses: { invalid_token: 1, insufficient_scope: 1 },
      unknown: { unknown_operation: 1 },
      "GET /jobs/{job}": { allowed: 1 },
      remove: { denied: 1 },
    });
  });
});

describe("the members of fetchGate", () => {
  it("return the token and the decision that allowed the request", async () => {
    const gate = fetchGate(createTestAuthorizer());
    const reader = requestOf(bearer("reader"));
    await gate(reader, "search");
    expect(gate.token(reader)).toBe(gate.optionalToken(reader));
    expect(gate.decision(reader)).toMatchObject({ allowed: true, enriched: true });
    const anonymous = requestOf();
    await gate(anonymous, "search");
    expect(codeOf(() => gate.token(anonymous))).toBe("ERR_COVERAGE");
    expect(gate.decision(anonymous)).toMatchObject({ allowed: true, enriched: false });
    expect(codeOf(() => gate.optionalToken(requestOf()))).toBe("ERR_COVERAGE");
    expect(gate.report()).toEqual({});
  });
});

describe("the audit event of fetchGate", () => {
  it("has the query as arguments, and values that are repeated as a list", async () => {
    const events: AuditEvent[] = [];
    const gate = fetchGate(createTestAuthorizer(events));
    await gate(requestOf(bearer("reader"), "/?page=2&tag=a&tag=b"), "list_courses");
    await vi.waitFor(() => expect(events).toHaveLength(1));
    expect(events[0]?.arguments).toEqual([
      { name: "page", type: "string", size: 1 },
      { name: "tag", type: "array", size: 2 },
    ]);
  });
});

describe("fetchGate.answered", () => {
  const answeredIn = (events: readonly AuditEvent[]) =>
    events.filter(({ kind }) => kind === "answered").map(({ id, status }) => ({ id, status }));
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

  it("reports the status of the handler once, and returns the response", async () => {
    const events: AuditEvent[] = [];
    const gate = fetchGate(createTestAuthorizer(events));
    const request = requestOf(bearer("reader"));
    await gate(request, "list_courses");
    await settled();
    expect(events).toHaveLength(1);
    const response = new Response("teapot", { status: 418 });
    expect(gate.answered(request, response)).toBe(response);
    gate.answered(request, new Response(null, { status: 500 }));
    await settled();
    expect(answeredIn(events)).toEqual([{ id: events[0]?.id, status: 418 }]);
  });

  it("is not needed for the gate's own response", async () => {
    const events: AuditEvent[] = [];
    const gate = fetchGate(createTestAuthorizer(events));
    const request = requestOf(bearer("none"));
    const refusal = await gate(request, "list_courses");
    gate.answered(request, refusal as unknown as Response);
    await settled();
    expect(answeredIn(events)).toEqual([{ id: events[0]?.id, status: 403 }]);
  });

  it("reports one status for each of several decisions on a request", async () => {
    const events: AuditEvent[] = [];
    const gate = fetchGate(createTestAuthorizer(events));
    const request = requestOf(bearer("reader"));
    await gate(request, "list_courses");
    await gate(request, "search");
    gate.answered(request, new Response());
    await settled();
    const ids = events.filter(({ kind }) => kind === undefined).map(({ id }) => id);
    expect(answeredIn(events)).toEqual(ids.map((id) => ({ id, status: 200 })));
  });

  it("ignores a request that has passed no gate, and works without `audit`", async () => {
    const events: AuditEvent[] = [];
    const gate = fetchGate(createTestAuthorizer(events));
    gate.answered(requestOf(), new Response());
    const silent = fetchGate(createAuthorizer({ policy, verify: () => ({ scope: "" }) }));
    const request = requestOf();
    await silent(request, "search");
    expect(silent.answered(request, new Response()).status).toBe(200);
    await settled();
    expect(events).toEqual([]);
  });
});

describe("`authenticate` of fetchGate", () => {
  const authenticate = ({ headers }: Request) => {
    const user = headers.get("x-session");
    if (user === "boom") throw new Error("boom");
    if (user === "slow") return new Promise(() => undefined);
    return user === null ? null : { sub: user, scope: "courses:read" };
  };
  const ask = async (
    gate: ReturnType<typeof fetchGate>,
    headers: Record<string, string>,
  ): Promise<unknown> => {
    const token: unknown = await gate(requestOf(headers), "list_courses");
    return token instanceof Response ? token.status : (token as { sub?: string }).sub;
  };

  it.each<[headers: Record<string, string>, withVerify: unknown, without: unknown]>([
    [{}, 401, 401],
    [{ "x-session": "ann" }, "ann", "ann"],
    [{ "x-session": "boom" }, 503, 503],
    [{ "x-session": "slow" }, 503, 503],
    [{ "x-session": "ann", ...bearer("forged") }, 401, "ann"],
    [{ "x-session": "ann", ...bearer("none") }, 403, "ann"],
    [{ "x-session": "ann", authorization: "Basic YTpi" }, 401, "ann"],
    [{ "x-session": "ann", authorization: "Bearer a, Bearer b" }, 400, "ann"],
    [{ "x-session": "boom", ...bearer("reader") }, undefined, 503],
    [bearer("reader"), undefined, 401],
  ])("for %j with `verify`: %j, without: %j", async (headers, withVerify, without) => {
    const options: FetchGateOptions = { authenticate };
    expect(await ask(fetchGate(createTestAuthorizer(), options), headers)).toBe(withVerify);
    const bare = createAuthorizer({ policy, timeout: 50, onOutage: () => undefined });
    expect(await ask(fetchGate(bare, options), headers)).toBe(without);
  });

  it("must be a function", () => {
    expect(() => fetchGate(createTestAuthorizer(), { authenticate: 1 } as never)).toThrow(
      /^1 finding in the options for `fetchGate`\n {2}authenticate: /,
    );
  });

  it("is required of an authorizer without `verify`", () => {
    expect(() => fetchGate(createAuthorizer({ policy }))).toThrow(/no `verify`/);
  });
});

describe("`trailingSlash` and `caseSensitive` of fetchGate", () => {
  it.each<[options: FetchGateOptions, seen: readonly unknown[]]>([
    [{}, [true, 403, 403, 403]],
    [{ trailingSlash: "ignore" }, [true, true, 403, 403]],
    [{ caseSensitive: false }, [true, 403, true, 403]],
    [{ trailingSlash: "ignore", caseSensitive: false }, [true, true, true, 403]],
    [{ trailingSlash: "refuse", caseSensitive: true }, [true, 403, 403, 403]],
  ])("with %j decide on the spellings of a path: %j", async (options, seen) => {
    const gate = fetchGate(createTestAuthorizer(), options);
    const answers = [];
    for (const path of ["/jobs/7", "/jobs/7/", "/JOBS/7", "/jobs/7//"]) {
      const token = await gate.endpoint(requestOf(bearer("reader"), path));
      answers.push(token instanceof Response ? token.status : token !== undefined);
    }
    expect(answers).toEqual(seen);
  });
});
