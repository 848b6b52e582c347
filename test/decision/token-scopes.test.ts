import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/decision/define-policy.js";
import { MAX_SCOPE_LENGTH, MAX_SCOPE_TOKENS } from "../../src/grammar/scope.js";
import { HOSTILE } from "../model/hostile.js";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "n",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    a: {},
    b: {},
    "*": {},
    "a,b": {},
    r: { reserved: true },
    "/x/{id}": {},
    t: { tier: "pro" },
  },
  tools: {
    any: { authenticated: true },
    a: "a",
    star: "*",
    comma: "a,b",
    r: "r",
    x: "/x/{id}",
    t: "t",
  },
});
const code = (token: unknown, tool = "a", params: unknown = { id: "1" }) =>
  policy.decideUntrusted(token, tool, params).code;

// The `scope` of a token, and the decision about the tool that requires `a`.
const SCOPES: readonly (readonly [scope: unknown, code: string, why: string])[] = [
  ["a", "allowed", "the scope itself"],
  ["a a", "allowed", "twice"],
  ["b a", "allowed", "another order"],
  [["a"], "allowed", "a list"],
  [["b", "a", "a"], "allowed", "twice in a list"],
  [Object.freeze(["a"]), "allowed", "a frozen list"],
  ["unknown a __proto__", "allowed", "with undeclared scopes"],
  ["", "insufficient_scope", "the empty scope"],
  [[], "insufficient_scope", "the empty list"],
  ["A", "insufficient_scope", "another letter case"],
  ["ab", "insufficient_scope", "a longer name"],
  ["a,b", "insufficient_scope", "a comma, which does not separate scopes"],
  ["*", "insufficient_scope", "a star, which is a plain name"],
  ["a:*", "insufficient_scope", "a star in a name, which is plain text"],
  ["r", "insufficient_scope", "a reserved scope"],
  [["a b"], "invalid_token", "an item with a space"],
  [["a", ""], "invalid_token", "an empty item"],
  [["a", undefined], "invalid_token", "an item that is not a text"],
  [["a", ["a"]], "invalid_token", "a list in a list"],
  [Object.assign(["a"], { length: 2 }), "invalid_token", "a list with a hole"],
  [["a", "/x/{id}"], "invalid_token", "a placeholder in a list"],
  ["a /x/{id}", "invalid_token", "a declared placeholder"],
  ["a /y/<z>", "invalid_token", "an undeclared placeholder"],
  [["a", "<z>"], "invalid_token", "an item that is only a placeholder"],
  ["a {__proto__}", "allowed", "`__proto__`, which is not a placeholder name"],
  [
    "a /x/{__proto__}",
    "allowed",
    "`__proto__` in braces, which is not a value of the declared template",
  ],
  ["a /y/<__proto__>/z", "allowed", "`__proto__` in the other spelling"],
  ["a /x/{a-b}", "allowed", "a hyphen in braces, which is not a placeholder name"],
  ["a p:{1}:read <a-b>", "allowed", "a digit in braces, which is not a placeholder name"],
  ["a /y/{} {", "allowed", "empty braces, which are not a placeholder"],
  ["a /y/{z}x /y/x{z}", "invalid_token", "placeholders inside segments"],
  [
    `a /y/{${"z".repeat(65)}}`,
    "allowed",
    "65 characters in braces, which are not a placeholder name",
  ],
  [`a /y/{${"z".repeat(64)}}`, "invalid_token", "a placeholder with the longest name"],
  [" a", "invalid_token", "a leading space"],
  ["a ", "invalid_token", "a trailing space"],
  ["a  b", "invalid_token", "two spaces"],
  ["a\tb", "invalid_token", "a tab"],
  ["a\n", "invalid_token", "a line break"],
  ['a "', "invalid_token", "a quote"],
  ["a \\", "invalid_token", "a backslash"],
  ["a \u00e9", "invalid_token", "a character outside ASCII"],
  ["a\u00a0b", "invalid_token", "a no-break space"],
  [undefined, "invalid_token", "undefined"],
  [null, "invalid_token", "null"],
  [1, "invalid_token", "a number"],
  [true, "invalid_token", "true"],
  [{ a: true }, "invalid_token", "an object"],
  [{ length: 1, 0: "a" }, "invalid_token", "an object that looks like a list"],
  [new Set(["a"]), "invalid_token", "a set"],
  [Object("a"), "invalid_token", "a string object"],
  [() => "a", "invalid_token", "a function"],
];

describe("the scope of a token", () => {
  const scopes = titled(
    SCOPES,
    ([scope, code, why]) => `gives ${code} for ${JSON.stringify(scope)}: ${why}`,
  );
  it.each(scopes)("%s", (_title, [scope, wanted]) => {
    expect(code({ scope })).toBe(wanted);
    expect(code({ scope })).toBe(wanted);
  });

  it("is read up to its limits, and makes the token invalid beyond them", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);
    const long = (length: number) => `a ${"b".repeat(length - 2)}`;
    expect(code({ scope: ["a", ...many(MAX_SCOPE_TOKENS - 1)] })).toBe("allowed");
    expect(code({ scope: ["a", ...many(MAX_SCOPE_TOKENS)] })).toBe("invalid_token");
    expect(code({ scope: `a ${"b ".repeat(MAX_SCOPE_TOKENS - 2)}c` })).toBe("allowed");
    expect(code({ scope: `a ${"b ".repeat(MAX_SCOPE_TOKENS - 1)}c` })).toBe("invalid_token");
    expect(code({ scope: long(MAX_SCOPE_LENGTH) })).toBe("allowed");
    expect(code({ scope: long(MAX_SCOPE_LENGTH + 1) })).toBe("invalid_token");
    expect(code({ scope: ["a", "b".repeat(MAX_SCOPE_LENGTH + 1)] })).toBe("invalid_token");
  });

  it("counts only as an own property of the token", () => {
    expect(code(Object.create({ scope: "a" }))).toBe("invalid_token");
    expect(code(Object.assign(Object.create(null) as object, { scope: "a" }))).toBe("allowed");
  });
});

describe("a token", () => {
  const NONE: readonly unknown[] = [
    null,
    0,
    1,
    "",
    "a",
    true,
    false,
    [],
    ["a"],
    {},
    Symbol("a"),
    1n,
    () => "a",
  ];
  const none = titled(NONE, (token) => `is invalid if it is ${inspect(token)}`);
  it.each(none)("%s", (_title, token) => {
    expect(code(token, "any")).toBe("invalid_token");
    expect(code(token)).toBe("invalid_token");
  });

  it("can be missing, which gives unauthenticated", () => {
    expect(code(undefined)).toBe("unauthenticated");
    expect(policy.decideUntrusted(undefined, "a")).toEqual({
      allowed: false,
      code: "unauthenticated",
      message: "authentication required: this needs an access token",
    });
  });

  it.each([...HOSTILE])("gives a decision if it, or a member of it, is %s", (_, value) => {
    for (const tool of ["any", "a", "x", "t", "r"]) {
      for (const token of [
        value,
        { scope: value },
        { scope: "a t", tier: value, first_party: value },
      ]) {
        expect(policy.decideUntrusted(token, tool, value)).toHaveProperty("code");
        expect(policy.decideUntrusted(token, tool, { id: value })).toHaveProperty("allowed");
      }
    }
    expect(policy.decideUntrusted({ scope: "a" }, value).code).toBe("unknown_operation");
    expect(policy.decideRequest({ scope: "a" }, value as never).code).toBe("unknown_operation");
    expect(Array.isArray(policy.toolsFor(value as never))).toBe(true);
  });

  it("is invalid if reading its scope throws, and lacks other members that throw", () => {
    const throwing = (name: string) =>
      Object.defineProperty({ scope: "a t r" }, name, {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      });
    expect(code(throwing("scope"))).toBe("invalid_token");
    expect(code(throwing("tier"), "t")).toBe("upgrade_required");
    expect(code(throwing("first_party"), "r")).toBe("reserved_scope");
    expect(code(throwing("sub"))).toBe("allowed");
    const { proxy, revoke } = Proxy.revocable({ scope: "a" }, {});
    expect(code(proxy)).toBe("allowed");
    expect(code(proxy)).toBe("allowed");
    revoke();
    expect(code(proxy)).toBe("invalid_token");
  });
});

describe("a polluted Object.prototype", () => {
  const POLLUTION = {
    scope: "a r t /x/1",
    first_party: true,
    tier: "pro",
    account_type: "mentor",
    id: "1",
    method: "GET",
    path: "/",
  };
  const prototype = Object.prototype as Record<string, unknown>;

  afterEach(() => {
    for (const key of Object.keys(POLLUTION)) delete prototype[key];
  });

  it("adds no rights to a token", () => {
    const calls = () => [
      code({}),
      code({ scope: "r" }, "r"),
      code({ scope: "t" }, "t"),
      code({ scope: "/x/1" }, "x", {}),
      policy.decideRequest({ scope: "a" }, {} as never).code,
    ];
    const before = calls();
    Object.assign(Object.prototype, POLLUTION);
    expect({} as object).toHaveProperty("first_party", true);
    expect(calls()).toEqual(before);
    expect(before).toEqual([
      "invalid_token",
      "reserved_scope",
      "upgrade_required",
      "invalid_params",
      "unknown_operation",
    ]);
  });
});

describe("the cached scope of a token", () => {
  it("is used only while the scope is the same text", () => {
    const token = { scope: "b" };
    const codes = ["b", "b", "a", "a", "a b", "", "a ", "a", "b"].map((scope) => {
      token.scope = scope;
      return [code(token), code(token)].join(" ");
    });
    const short = "insufficient_scope insufficient_scope";
    const ok = "allowed allowed";
    expect(codes).toEqual([
      short,
      short,
      ok,
      ok,
      ok,
      short,
      "invalid_token invalid_token",
      ok,
      short,
    ]);
  });

  it("is not used for a list, which can change in place", () => {
    const scope = ["b"];
    const token = { scope };
    expect([code(token), code(token)]).toEqual(["insufficient_scope", "insufficient_scope"]);
    scope[0] = "a";
    expect(code(token)).toBe("allowed");
    scope.length = 0;
    expect(code(token)).toBe("insufficient_scope");
    scope.push("a", "not a token");
    expect(code(token)).toBe("invalid_token");
  });

  it("is not used after the scope is removed or becomes a list", () => {
    const token: { scope?: unknown } = { scope: "a" };
    expect([code(token), code(token), code(token)]).toEqual(["allowed", "allowed", "allowed"]);
    token.scope = ["a", "b c"];
    expect(code(token)).toBe("invalid_token");
    delete token.scope;
    expect(code(token)).toBe("invalid_token");
  });

  it("does not include the other members of the token", () => {
    const token: Record<string, unknown> = { scope: "r t" };
    expect([code(token, "r"), code(token, "r"), code(token, "t")]).toEqual([
      "reserved_scope",
      "reserved_scope",
      "upgrade_required",
    ]);
    token["first_party"] = true;
    token["tier"] = "pro";
    expect([code(token, "r"), code(token, "t")]).toEqual(["allowed", "allowed"]);
    token["first_party"] = 1;
    expect(code(token, "r")).toBe("reserved_scope");
  });

  it("is not shared with another policy", () => {
    const token = { scope: "a" };
    const other = loadPolicy({
      name: "n",
      version: "2",
      scopes: { z: {}, a: {} },
      tools: { a: "z", z: "a" },
    });
    expect([code(token), code(token)]).toEqual(["allowed", "allowed"]);
    expect(other.decideUntrusted(token, "a").code).toBe("insufficient_scope");
    expect(other.decideUntrusted(token, "z").code).toBe("allowed");
  });
});
