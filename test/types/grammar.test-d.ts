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
  test("of a literal is the literal tree", () => {
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

  test("of a literal fits where any result fits", () => {
    expectTypeOf(parseScopeToken("courses:read")).toExtend<ScopeTokenResult>();
    expectTypeOf(parseScopeToken("urn:a:{b}")).toExtend<ScopeTokenResult>();
    expectTypeOf(parseScopeToken("a b")).toExtend<ScopeTokenResult>();
  });

  test("of a literal that is no scope-token is the fault, without a token", () => {
    expectTypeOf(parseScopeToken("")).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken("courses read")).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken('a"b')).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken("a\\b")).toEqualTypeOf<ScopeTokenFault>();
    expectTypeOf(parseScopeToken("courses:r\u00e9ad")).toEqualTypeOf<ScopeTokenFault>();
    // @ts-expect-error a fault has no token
    use(parseScopeToken("courses read").token);
  });

  test("of a text that the compiler does not know whole is the general result", () => {
    expectTypeOf(parseScopeToken(text)).toEqualTypeOf<ScopeTokenResult>();
    expectTypeOf(parseScopeToken(words)).toEqualTypeOf<ScopeTokenResult>();
    const result = parseScopeToken(text);
    // @ts-expect-error the result may be a fault: `ok` is asked first
    use(result.token);
    if (result.ok) {
      expectTypeOf(result.token.form).toEqualTypeOf<ScopeForm>();
      expectTypeOf(result.token.action).toEqualTypeOf<ScopeVerb | null>();
    }
  });

  test("of a union is the union of the trees", () => {
    expectTypeOf(parseScopeToken(either).token.action).toEqualTypeOf<"read" | null>();
    type Both = ParseScopeToken<"a:b" | "a b">;
    expectTypeOf<Both>().toEqualTypeOf<ParseScopeToken<"a:b"> | ScopeTokenFault>();
  });

  test("goes on for long texts", () => {
    type Eight = "abcdefgh";
    type Text64 = `${Eight}${Eight}${Eight}${Eight}${Eight}${Eight}${Eight}${Eight}`;
    type Text512 = `${Text64}${Text64}${Text64}${Text64}${Text64}${Text64}${Text64}${Text64}`;
    type Text2048 = `${Text512}${Text512}${Text512}${Text512}`;
    expectTypeOf<ParseScopeToken<`${Text2048}:read`>["token"]["action"]>().toEqualTypeOf<"read">();
    expectTypeOf<IsScopeToken<`${Text2048} `>>().toEqualTypeOf<false>();
  });

  test("takes a text", () => {
    // @ts-expect-error a number is no text
    parseScopeToken(1);
    // @ts-expect-error neither is a list
    parseScopeToken(["courses:read"]);
  });
});

describe("PlaceholdersOf", () => {
  test("is the union of the names, and never without placeholders", () => {
    expectTypeOf<PlaceholdersOf<"/accounts/{accountID}/">>().toEqualTypeOf<"accountID">();
    expectTypeOf<PlaceholdersOf<"<a>:{b}:{a}">>().toEqualTypeOf<"a" | "b">();
    expectTypeOf<PlaceholdersOf<"{s}://{h}/x">>().toEqualTypeOf<"s" | "h">();
    expectTypeOf<PlaceholdersOf<"courses:read">>().toEqualTypeOf<never>();
    expectTypeOf<PlaceholdersOf<"/a/x{b}/{}">>().toEqualTypeOf<never>();
    expectTypeOf<PlaceholdersOf<string>>().toEqualTypeOf<never>();
    expectTypeOf<PlaceholdersOf<"a:{b}" | "c" | "{d}.e">>().toEqualTypeOf<"b" | "d">();
  });
});

describe("bindScope", () => {
  test("takes exactly the placeholders of a literal template", () => {
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
    // @ts-expect-error a value is a text
    bindScope("{org}:read", { org: 1 });
    // @ts-expect-error one of the two needs `accountID`
    bindScope(either, {});
  });

  test("takes any names for a template that the compiler does not know", () => {
    bindScope(text, { anything: "a" });
    bindScope(words, { anything: 1 });
    // @ts-expect-error but an object they stand in
    bindScope(text, "a");
  });
});

describe("matchScope", () => {
  test("gives the placeholders of a literal template", () => {
    expectTypeOf(matchScope("/accounts/{accountID}/", text)).toEqualTypeOf<
      Readonly<Record<"accountID", string>> | undefined
    >();
    // @ts-expect-error nothing may fit: undefined is asked first
    use(matchScope("/accounts/{accountID}/", text).accountID);
    // @ts-expect-error the placeholder is `accountID`
    use(matchScope("/accounts/{accountID}/", text)?.accountId);
    // @ts-expect-error only one of the two has `accountID`
    use(matchScope(either, text)?.accountID);
    expectTypeOf(matchScope(text, text)).toEqualTypeOf<
      Readonly<Record<string, string>> | undefined
    >();
  });
});

describe("ScopeToken and ScopeSet", () => {
  test("are made by asking", () => {
    expectTypeOf(parseScope("a")).toEqualTypeOf<ScopeResult>();
    // @ts-expect-error a text is no scope-token before it is asked
    const token: ScopeToken = "courses:read";
    const unknown: unknown = token;
    if (isScopeToken(unknown)) expectTypeOf(unknown).toEqualTypeOf<ScopeToken>();
    const scope: ScopeSet = new Set();
    // @ts-expect-error a set of scopes cannot be searched for a part of a text
    use(scope.includes);
    // @ts-expect-error nor for a text that nobody asked
    scope.has("courses:read");
  });
});
