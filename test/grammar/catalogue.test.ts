import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { strayBracket } from "../../src/grammar/placeholder.js";
import { formatScope, parseScope } from "../../src/grammar/scope.js";
import { formatScopeToken, parseScopeToken } from "../../src/grammar/scope-syntax.js";
import { bindScope, matchScope } from "../../src/grammar/template.js";

// Scope names that some forty providers publish.
const NAMES = JSON.parse(
  readFileSync(new URL("../cases/catalogue-scopes.json", import.meta.url), "utf8"),
) as readonly string[];

const formOf = (name: string) =>
  /:\/\/|^urn:/.test(name)
    ? "uri"
    : name[0] === "/"
      ? "path"
      : (/:/.exec(name) && "colon") || (/\./.exec(name) && "dot") || "flat";

it("every published name is parsed with the right form and formatted as the same text", () => {
  expect(NAMES.length).toBeGreaterThan(1_900);
  for (const name of NAMES) {
    const result = parseScopeToken(name);
    if (!result.ok) throw new Error(`${name}: ${result.reason}`);
    const { token } = result;
    expect([name, token.form]).toEqual([name, formOf(name)]);
    expect(token.text).toBe(name.replace("<name>", "{name}"));
    expect(formatScopeToken(token)).toBe(token.text);
    expect([name, strayBracket(name)]).toEqual([name, -1]);
  }
});

it("every published name is a valid scope, and so is the list of all of them", () => {
  for (const name of NAMES) {
    const result = parseScope(name);
    expect(result.ok && formatScope(result.scope)).toBe(name);
  }
  const all = parseScope(NAMES.join(" "));
  expect(all.ok && formatScope(all.scope)).toBe(NAMES.join(" "));
});

it("every published name without a placeholder matches only itself", () => {
  for (const name of NAMES.filter((each) => !each.includes("<"))) {
    expect(bindScope(name, {})).toEqual({ ok: true, scope: name });
    expect(matchScope(name, name)).toEqual({});
    expect(matchScope(name, `${name}x`)).toBeUndefined();
    expect(matchScope(name, name.slice(0, -1))).toBeUndefined();
  }
});

it.each([
  ["read", 400],
  ["write", 180],
  ["delete", 100],
  ["manage", 60],
  ["readonly", 60],
  ["read_only", 10],
])("%s is the action of at least %d published names", (action, least) => {
  const found = NAMES.filter((name) => {
    const result = parseScopeToken(name);
    return result.ok && result.token.action === action;
  });
  expect(found.length).toBeGreaterThanOrEqual(least);
});
