import { definePolicy } from "scope-policy";
import { describe, expectTypeOf, test } from "vitest";
import type { ScopeResult, ScopeSet } from "../../src/grammar/scope.js";
import { parseScope } from "../../src/grammar/scope.js";
import {
  type ParseScopeToken,
  type PlaceholdersOf,
  parseScopeToken,
  type ScopeForm,
  type ScopeTokenFault,
  type ScopeTokenResult,
} from "../../src/grammar/scope-syntax.js";
import { type IsScopeToken, isScopeToken, type ScopeToken } from "../../src/grammar/scope-token.js";
import { bindScope, matchScope } from "../../src/grammar/template.js";
import type { ScopeVerb } from "../../src/grammar/verbs.js";

declare function use(value: unknown): void;
declare const text: string;
declare const words: `read:${string}`;
declare const either: "/accounts/{accountID}/" | "courses:read";

describe("parseScopeToken", () => {
  test("returns the literal tree of a literal", () => {
    const { token } = parseScopeToken("/accounts/<accountID>/profile.write");
    expectTypeOf(token.form).toEqualTypeOf<"path">();
    expectTypeOf(token.text).toEqualTypeOf<"/accounts/{accountID}/profile.write">();
    expectTypeOf(token.segments).toEqualTypeOf<
      readonly ["accounts", "{accountID}", "profile.write"]
    >();
    expectTypeOf(token.resource).toEqualTypeOf<"profile">();
    expectTypeOf(token.action).toEqualTypeOf<"write">();
    expectTypeOf(token.params).toEqualTypeOf<readonly ["accountID"]>();
    expectTypeOf(parseScopeToken("openid").token.action).toEqualTypeOf<null>();
    expectTypeOf(parseScopeToken("openid").token.params).toEqualTypeOf<readonly []>();
  });

  test("returns a result for a literal that is assignable to the general result", () => {
    expectTypeOf(parseScopeToken("courses:read")).toExtend<ScopeTokenResult>();
    expectTypeOf(parseScopeToken("urn:a:{b}")).toExtend<ScopeTokenResult>();
    expectTypeOf(parseScopeToken("a b")).toExtend<ScopeTokenResult>();
  });

  test("returns an error without a token for a literal that is not a scope-token", () => {
    expectTypeOf(parseScopeToken("")).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken("courses read")).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken('a"b')).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken("a\\b")).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken("courses:r\u00e9ad")).toEqualTypeOf<ScopeTokenFault>();
    // @ts-expect-error an error has no token
    use(parseScopeToken("courses read").token);
  });

  test("returns the general result for a string that is not a literal", () => {
    expectTypeOf(parseScopeToken(text)).toEqualTypeOf<ScopeTokenResult>();
    expectTypeOf(parseScopeToken(words)).toEqualTypeOf<ScopeTokenResult>();
    const result = parseScopeToken(text);
    // @ts-expect-error the result may be an error: check `ok` first
    use(result.token);
    if (result.ok) {
      expectTypeOf(result.token.form).toEqualTypeOf<ScopeForm>();
      expectTypeOf(result.token.action).toEqualTypeOf<ScopeVerb | null>();
    }
  });

  test("returns the union of the trees for a union", () => {
    expectTypeOf(parseScopeToken(either).token.action).toEqualTypeOf<"read" | null>();
    type Both = ParseScopeToken<"a:b" | "a b">;
    expectTypeOf<Both>().toEqualTypeOf<ParseScopeToken<"a:b"> | ScopeTokenFault>();
  });

  test("parses long literals", () => {
    type Eight = "abcdefgh";
    type Text64 = `${Eight}${Eight}${Eight}${Eight}${Eight}${Eight}${Eight}${Eight}`;
    type Text512 = `${Text64}${Text64}${Text64}${Text64}${Text64}${Text64}${Text64}${Text64}`;
    type Text2048 = `${Text512}${Text512}${Text512}${Text512}`;
    expectTypeOf<ParseScopeToken<`${Text2048}:read`>["token"]["action"]>().toEqualTypeOf<"read">();
    expectTypeOf<IsScopeToken<`${Text2048} `>>().toEqualTypeOf<false>();
  });

  test("accepts only a string", () => {
    // @ts-expect-error a number is not a string
    parseScopeToken(1);
    // @ts-expect-error a list is not a string
    parseScopeToken(["courses:read"]);
  });
});

describe("PlaceholdersOf", () => {
  test("is the union of the names, and never without placeholders", () => {
    expectTypeOf<PlaceholdersOf<"/accounts/{accountID}/">>().toEqualTypeOf<"accountID">();
    expectTypeOf<PlaceholdersOf<"<a>:{b}:{a}">>().toEqualTypeOf<"a" | "b">();
    expectTypeOf<PlaceholdersOf<"{s}://{h}/x">>().toEqualTypeOf<"s" | "h">();
    expectTypeOf<PlaceholdersOf<"courses:read">>().toEqualTypeOf<never>();
    expectTypeOf<PlaceholdersOf<"/a/{}/{1}/<a b>/{__proto__}">>().toEqualTypeOf<never>();
    expectTypeOf<PlaceholdersOf<string>>().toEqualTypeOf<never>();
    expectTypeOf<PlaceholdersOf<"a:{b}" | "c" | "{d}.e">>().toEqualTypeOf<"b" | "d">();
  });
});

describe("placeholders inside segments", () => {
  test("are in the union", () => {
    expectTypeOf<PlaceholdersOf<"/a/x{b}/{}">>().toEqualTypeOf<"b">();
    expectTypeOf<PlaceholdersOf<"user/{Type}.read">>().toEqualTypeOf<"Type">();
    expectTypeOf<PlaceholdersOf<"read:users!user=<name>">>().toEqualTypeOf<"name">();
    expectTypeOf<PlaceholdersOf<"{className}={id}">>().toEqualTypeOf<"className" | "id">();
    expectTypeOf<PlaceholdersOf<"/x/{a<b>}.{{c}}">>().toEqualTypeOf<"b" | "c">();
  });

  test("are those that a call must have", () => {
    const policy = definePolicy({
      name: "Records",
      version: "1",
      scopes: { "user/{Type}.read": {}, "read:users!user={name}": {}, "projects/{id}:read": {} },
      tools: { read: "user/{Type}.read", user: "read:users!user={name}" },
      endpoints: { "GET /projects/{id}": "projects/{id}:read" },
    });
    policy.decide({ scope: "" }, "read", { Type: "Patient" });
    policy.decide({ scope: "" }, "user", { name: "jane@example.com" });
    policy.bindScope("projects/{id}:read", { id: "a" });
    // @ts-expect-error the placeholder is `Type`, and names are case-sensitive
    policy.decide({ scope: "" }, "read", { type: "Patient" });
    // @ts-expect-error `name` is missing
    policy.decide({ scope: "" }, "user");
    // @ts-expect-error the template has no `name`
    policy.bindScope("projects/{id}:read", { name: "a" });
  });
});

describe("bindScope", () => {
  test("accepts exactly the placeholders of a literal template", () => {
    bindScope("/accounts/{accountID}/", { accountID: "a" });
    bindScope("<org>:{team}:read", { org: "a", team: "b" });
    bindScope("openid", {});
    bindScope(either, { accountID: "a" });
    // @ts-expect-error the placeholder is `accountID`
    bindScope("/accounts/{accountID}/", { accountId: "a" });
    // @ts-expect-error `accountID` is missing
    bindScope("/accounts/{accountID}/", {});
    // @ts-expect-error the template has no `team`
    bindScope("{org}:read", { org: "a", team: "b" });
    // @ts-expect-error a value must be a string: a number can be one at run time only, as in JSON
    bindScope("{org}:read", { org: 1 });
    // @ts-expect-error the placeholder inside the segment is `Type`
    bindScope("user/{Type}.read", { User: "a" });
    // @ts-expect-error one of the two requires `accountID`
    bindScope(either, {});
  });

  test("accepts any names for a template that is not a literal", () => {
    bindScope(text, { anything: "a" });
    bindScope(words, { anything: 1 });
    // @ts-expect-error the values must be an object
    bindScope(text, "a");
  });
});

describe("matchScope", () => {
  test("returns the placeholders of a literal template", () => {
    expectTypeOf(matchScope("/accounts/{accountID}/", text)).toEqualTypeOf<
      Readonly<Record<"accountID", string>> | undefined
    >();
    // @ts-expect-error the result may be undefined: check it first
    use(matchScope("/accounts/{accountID}/", text).accountID);
    // @ts-expect-error the placeholder is `accountID`
    use(matchScope("/accounts/{accountID}/", text)?.accountId);
    // @ts-expect-error only one of the two has `accountID`
    use(matchScope(either, text)?.accountID);
    expectTypeOf(matchScope("{className}={id}", text)).toEqualTypeOf<
      Readonly<Record<"className" | "id", string>> | undefined
    >();
    expectTypeOf(matchScope(text, text)).toEqualTypeOf<
      Readonly<Record<string, string>> | undefined
    >();
  });
});

describe("ScopeToken and ScopeSet", () => {
  test("are created by their functions only", () => {
    expectTypeOf(parseScope("a")).toEqualTypeOf<ScopeResult>();
    // @ts-expect-error a string is not a scope-token before the check
    const token: ScopeToken = "courses:read";
    const unknown: unknown = token;
    if (isScopeToken(unknown)) expectTypeOf(unknown).toEqualTypeOf<ScopeToken>();
    const scope: ScopeSet = new Set();
    // @ts-expect-error a set of scopes has no substring search
    use(scope.includes);
    // @ts-expect-error a set of scopes does not accept an unchecked string
    scope.has("courses:read");
  });
});
