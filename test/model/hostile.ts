// Hostile values that JSON cannot express or that are very large. Each breaks some way of reading a value.

const trap = (): never => {
  throw new Error("a trap that the library must not trigger");
};
// A handler of which every trap throws, because reading a trap from it throws.
const throwing = new Proxy({}, { get: trap }) as ProxyHandler<object>;

function revoked<T extends object>(target: T): T {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
const getter = (...names: string[]): object =>
  Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { get: trap, enumerable: true }])),
  );
function nested(depth: number): unknown {
  let value: unknown = "courses:read";
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
const endless = Object.assign(["courses:read"], {
  *[Symbol.iterator]() {
    for (;;) yield "courses:read";
  },
});
const circular: Record<string, unknown> = {};
circular["scope"] = [circular];
circular["accountID"] = circular;
const lying = new Proxy<string[]>([], {
  get: (target, key): unknown =>
    key === "length" ? 2 ** 32 - 1 : key === "0" ? "a" : Reflect.get(target, key),
});
const huge = "a".repeat(1_000_000);

export const HOSTILE: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["undefined", undefined],
  ["NaN", Number.NaN],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["a symbol", Symbol("courses:read")],
  ["a registered symbol", Symbol.for("get_settings")],
  ["Symbol.iterator", Symbol.iterator],
  ["a bigint", 10n],
  ["a function", () => "courses:read"],
  ["a function with a scope", Object.assign(() => undefined, { scope: "courses:read" })],
  ["a class", class Token {}],
  ["a date", new Date(Number.NaN)],
  ["a map", new Map([["scope", "courses:read"]])],
  ["a set", new Set(["courses:read"])],
  ["a typed array", new Uint8Array(8)],
  ["a string object", Object("courses:read")],
  ["an error", new Error("courses:read")],
  ["a promise", Promise.resolve({ scope: "courses:read" })],
  ["a null prototype", Object.create(null)],
  ["own __proto__", JSON.parse('{"__proto__":{"scope":"courses:read","accountID":"a"}}')],
  ["an inherited scope", Object.create({ scope: "courses:read", accountID: "a" })],
  ["circular", circular],
  ["a frozen object", Object.freeze({ scope: Object.freeze(["courses:read"]) })],
  ["throwing toString", { toString: trap, valueOf: trap, [Symbol.toPrimitive]: trap }],
  ["throwing toJSON", { toJSON: trap, scope: "courses:read" }],
  ["throwing getters", getter("scope", "tier", "account_type", "first_party", "method", "path")],
  ["throwing params", getter("accountID", "platformAccountID", "orgID", "projectID", "fileID")],
  ["a throwing scope", getter("scope")],
  ["a throwing tier", Object.assign(getter("tier", "account_type"), { scope: "courses:read" })],
  ["a throwing length", Object.defineProperty({}, "length", { get: trap })],
  ["an array with a throwing member", Object.defineProperty(["a"], 0, { get: trap })],
  ["an array with a throwing iterator", Object.assign(["a"], { [Symbol.iterator]: trap })],
  ["an array without end", endless],
  ["an array that lies about its length", lying],
  ["a sparse array", Object.assign([], { length: 2 ** 32 - 1 })],
  ["a proxy that always throws", new Proxy({}, throwing)],
  ["an array proxy that always throws", new Proxy([], throwing)],
  ["a function proxy that always throws", new Proxy(trap, throwing)],
  ["a proxy with a throwing get", new Proxy({ scope: "courses:read" }, { get: trap })],
  ["a proxy with throwing keys", new Proxy({ scope: "a" }, { ownKeys: trap })],
  ["a proxy with a throwing has", new Proxy({ scope: "a" }, { has: trap })],
  [
    "a proxy with a throwing descriptor",
    new Proxy({ scope: "a", accountID: "a" }, { getOwnPropertyDescriptor: trap }),
  ],
  ["a proxy with a throwing prototype", new Proxy({ scope: "a" }, { getPrototypeOf: trap })],
  ["an array proxy with a throwing get", new Proxy(["courses:read"], { get: trap })],
  ["a revoked proxy", revoked({})],
  ["a revoked array proxy", revoked([])],
  ["a revoked function proxy", revoked(trap)],
  ["a deep array", nested(50_000)],
  ["a huge string", huge],
  ["many spaces", " ".repeat(1_000_000)],
  ["many tokens", "a ".repeat(500_000)],
  ["a huge token", `courses:${huge}`],
  ["many slashes", "/".repeat(1_000_000)],
  ["many escapes", `/${"%C3%A9".repeat(100_000)}`],
  ["many bad escapes", `/v1/projects/${"%".repeat(500_000)}`],
  ["many braces", "{".repeat(100_000)],
  ["many placeholders", "{a}/".repeat(50_000)],
  ["many stars", "*".repeat(100_000)],
  ["a lone surrogate", "/v1/projects/\ud800"],
  ["a nul", "get_settings\u0000"],
  ["many array members", Array.from({ length: 200_000 }, () => "courses:read")],
]);
