import { describe, expect, it } from "vitest";
import { parseScopeToken } from "../../src/grammar/scope-syntax.js";
import { isReadVerb, isScopeVerb, SCOPE_VERBS } from "../../src/grammar/verbs.js";

describe("SCOPE_VERBS", () => {
  it("has words in lower case, each once", () => {
    expect(new Set(SCOPE_VERBS).size).toBe(SCOPE_VERBS.length);
    for (const verb of SCOPE_VERBS) expect(verb).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it.each(SCOPE_VERBS)("has `%s`, which is the action on either side of a colon", (verb) => {
    const token = { resource: "things", action: verb };
    expect(parseScopeToken(`things:${verb}`)).toMatchObject({ ok: true, token });
    expect(parseScopeToken(`${verb}:things`)).toMatchObject({ ok: true, token });
  });

  it.each(["admin", "tools", "status", "all", "access", "profile", "READ", "", "constructor"])(
    "does not have `%s`",
    (word) => {
      expect(isScopeVerb(word)).toBe(false);
    },
  );
});

describe("isReadVerb", () => {
  it("returns true for the verbs of actions that change nothing, and for no other word", () => {
    expect([...SCOPE_VERBS, "READ", ""].filter(isReadVerb)).toEqual([
      ...["read", "view", "get", "list", "search", "listen", "subscribe", "download", "pull"],
      ...["export", "readonly", "read_only", "read_all", "verify_only"],
    ]);
  });
});
