import { createAuthorizer, loadPolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { describe, expect, it, vi } from "vitest";
import {
  admitRequest,
  authorizationHeaders,
  changedValueDenial,
  type GateOperation,
  isSameValue,
  readRouteValue,
  unknownRoute,
  watchValues,
} from "../../src/adapters/admit-request.js";

describe("the `Authorization` headers of a request", () => {
  it.each<[what: string, rawHeaders: string[], found: string | string[] | undefined]>([
    ["the common spelling", ["Host", "a", "Authorization", "x"], "x"],
    ["lower case", ["authorization", "x", "Host", "a"], "x"],
    ["upper case", ["AUTHORIZATION", "x"], "x"],
    ["two spellings", ["Authorization", "x", "Host", "a", "aUTHORIZATION", "y"], ["x", "y"]],
    ["a value with the name", ["X-Name", "Authorization", "Host", "a"], "of the host"],
    [
      "another name of the same length",
      ["Authentication", "x", "X-Authorizatio", "y"],
      "of the host",
    ],
    ["no headers", [], "of the host"],
    [
      "three of them",
      ["authorization", "x", "Authorization", "y", "authorization", "z"],
      ["x", "y", "z"],
    ],
    ["two equal ones", ["Authorization", "x", "Authorization", "x"], ["x", "x"]],
    ["an empty one and another", ["Authorization", "", "Authorization", "x"], ["", "x"]],
    ["an empty one", ["Authorization", ""], ""],
    ["a name without a value", ["Host", "a", "Authorization"], "of the host"],
  ])("are found for %s", (_what, rawHeaders, found) => {
    const headers = { authorization: "of the host" };
    expect(authorizationHeaders({ rawHeaders, headers })).toEqual(found);
  });
});

describe("a value that a handler reads", () => {
  it.each<[decided: unknown, seen: unknown, isSame: boolean]>([
    ["a", "a", true],
    ["a", "b", false],
    ["7", 7, true],
    ["7", 7n, true],
    ["true", true, true],
    ["007", 7, false],
    ["a", ["a"], false],
    ["null", null, false],
    ["undefined", undefined, false],
    ["a", { toString: () => "a" }, false],
    [undefined, undefined, true],
  ])("is the decided one, or not: %j, %o", (decided, seen, isSame) => {
    expect(isSameValue(decided, seen)).toBe(isSame);
  });

  it("is named if it changed after the decision", () => {
    let values: object | undefined = { id: "7", page: "2", other: "a" };
    const changed = watchValues({ name: "account", params: ["id", "page"], values: () => values });
    expect(changed()).toBeUndefined();
    values = { id: 7, page: 2, other: "b" };
    expect(changed(), "a schema converted them").toBeUndefined();
    values = { id: "7", page: "3" };
    expect(changed()).toBe("page");
    values = Object.create({ id: "7", page: "2" }) as object;
    expect(changed()).toBe("id");
    values = undefined;
    expect(changed()).toBe("id");
    expect(watchValues({ name: "account", params: ["id"] })()).toBeUndefined();
  });

  it("is refused by its name if it changed", () => {
    expect(changedValueDenial("page")).toEqual({
      allowed: false,
      code: "invalid_params",
      message: "invalid parameter `page`: its value changed after the decision",
      param: "page",
    });
  });

  it.each<[what: string, value: unknown, read: unknown]>([
    ["a text", "a/b", "a/b"],
    ["the parts of a wildcard", ["a", "b"], "a/b"],
    ["a part with a slash of its own", ["a", "b/c"], ["a", "b/c"]],
    ["a first part with a slash", ["a/b", "c"], ["a/b", "c"]],
  ])("is read from the route: %s", (_what, value, read) => {
    expect(readRouteValue({ path: value }, "path")).toEqual(read);
  });
});

describe("a call at a gate", () => {
  const policy = loadPolicy({
    name: "Shop",
    version: "1",
    scopes: { "/accounts/{id}/": {} },
    tools: {
      account: { scope: "/accounts/{id}/", audit: { show: ["id", "page", "note"] } },
      search: { public: true, audit: { show: ["id", "page", "note"] } },
    },
  });
  const admitted = async (
    operation: GateOperation,
    read?: () => unknown,
    sources: readonly (() => unknown)[] = [],
  ) => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    const events: AuditEvent[] = [];
    const authorizer = createAuthorizer({
      policy,
      verify: () => ({ scope: "/accounts/7/" }),
      audit: (event) => void events.push(event),
    });
    const call = { authorizer, authorization: "Bearer good", operation, read };
    const gate = {
      authenticate: undefined,
      enforced: true,
      requestIdOf: ({ id }: { id: string }) => id,
    };
    try {
      const { decision } = await admitRequest(
        { id: "r-1" },
        { ...call, sources: () => sources },
        gate,
      );
      const lines = log.mock.calls.map(([line]) => String(line));
      return { code: decision.code, event: events[0], lines };
    } finally {
      log.mockRestore();
    }
  };
  const shownIn = (event: AuditEvent | undefined) =>
    Object.fromEntries((event?.arguments ?? []).map(({ name, value }) => [name, value]));

  it("is audited with the values of the route, then those of `read`, then the others", async () => {
    const { code, event, lines } = await admitted(
      { name: "account", params: ["id"], values: () => ({ id: "7" }) },
      () => ({ id: "8", page: 2 }),
      [() => ({ page: 3, note: "a" })],
    );
    expect(code).toBe("allowed");
    expect(event?.requestId).toBe("r-1");
    expect(shownIn(event)).toEqual({ id: "7", page: 2, note: "a" });
    expect(lines).toEqual([]);
  });

  it.each<[what: string, operation: GateOperation, code: string]>([
    ["an operation without values", { name: "search", params: [] }, "allowed"],
    ["given parameters", { name: "account", params: [], given: { id: "7" } }, "allowed"],
    ["a route that the policy does not have", unknownRoute("GET", "/x?y"), "unknown_operation"],
  ])("is audited without a message on the console: %s", async (_what, operation, code) => {
    const { event, lines, ...seen } = await admitted(operation);
    expect(seen).toEqual({ code });
    expect(event?.requestId).toBe("r-1");
    expect(lines).toEqual([]);
  });

  it("is denied as an outage if its parameters cannot be read", async () => {
    const fail = () => {
      throw new TypeError("no");
    };
    for (const read of [fail, async () => fail()]) {
      const { code, lines } = await admitted({ name: "account", params: ["id"] }, read);
      expect(code).toBe("temporarily_unavailable");
      expect(lines).toEqual(["scope-policy: a gate could not read its call (TypeError)"]);
    }
  });
});
