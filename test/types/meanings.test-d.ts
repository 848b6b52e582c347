import {
  type AnyPolicy,
  authorizationServerMetadata,
  type BindResult,
  clientRegistration,
  connectedApp,
  consentScreen,
  definePolicy,
  droppedScopes,
  issuesRefreshToken,
  loadPolicy,
  protectedResourceMetadata,
  refreshScope,
  resolveConsent,
} from "scope-policy";
import { authorizationEvent } from "scope-policy/audit";
import { describe, expectTypeOf, test } from "vitest";

const policy = definePolicy({
  name: "Bank",
  version: "1",
  scopes: {
    openid: {},
    "courses:read": {},
    "/accounts/{accountID}/read": {},
    "/accounts/<accountID>/write": {},
    "/orgs/{org}/repos/{repo}": {},
  },
  bundles: { reading: ["courses:read"], all: { every: true } },
  tools: { list: "courses:read", "get_*": "courses:read" },
  endpoints: { "GET /courses": "courses:read" },
});
const loaded = loadPolicy("{}");

declare const lookalike: { name: string; version: string; definition: typeof policy.definition };
const client = { client_id: "c-1" };
const grant = { grantId: "g-1", client, scope: "openid", authorizedAt: 1 };
const resource = "https://api.example.com";

describe("a function that reads a policy", () => {
  test("accepts a policy with any names", () => {
    expectTypeOf(policy).toExtend<AnyPolicy>();
    expectTypeOf(loaded).toExtend<AnyPolicy>();
    consentScreen(policy, { client });
    droppedScopes(loaded, { client });
  });

  test("rejects an empty object, which throws at run time", () => {
    // @ts-expect-error not a policy
    consentScreen({}, { client });
    // @ts-expect-error not a policy
    droppedScopes({}, { client });
    // @ts-expect-error not a policy
    resolveConsent({}, { client }, { decision: "approve" });
    // @ts-expect-error not a policy
    connectedApp({}, grant);
    // @ts-expect-error not a policy
    clientRegistration({}, {});
    // @ts-expect-error not a policy
    refreshScope({}, "openid");
    // @ts-expect-error not a policy
    issuesRefreshToken({}, "openid");
    // @ts-expect-error not a policy
    protectedResourceMetadata({}, { resource });
    // @ts-expect-error not a policy
    authorizationServerMetadata({}, { issuer: resource });
    // @ts-expect-error not a policy
    authorizationEvent({}, { type: "token", outcome: "success" });
  });

  test("rejects other objects, which a parameter of type `object` accepts", () => {
    // @ts-expect-error a date is an object
    consentScreen(new Date(), { client });
    // @ts-expect-error a date is an object
    droppedScopes(new Date(), { client });
    // @ts-expect-error a date is an object
    resolveConsent(new Date(), { client }, { decision: "approve" });
    // @ts-expect-error a date is an object
    connectedApp(new Date(), grant);
    // @ts-expect-error a regular expression is an object
    clientRegistration(/x/, {});
    // @ts-expect-error a regular expression is an object
    refreshScope(/x/, "openid");
    // @ts-expect-error a regular expression is an object
    issuesRefreshToken(/x/, "openid");
    // @ts-expect-error a regular expression is an object
    protectedResourceMetadata(/x/, { resource });
    // @ts-expect-error a regular expression is an object
    authorizationServerMetadata(/x/, { issuer: resource });
    // @ts-expect-error a date is an object
    authorizationEvent(new Date(), { type: "token", outcome: "success" });
  });

  test("rejects a copy of a policy, which has its members but not its brand", () => {
    // @ts-expect-error a look-alike
    consentScreen(lookalike, { client });
    // @ts-expect-error a look-alike
    droppedScopes(lookalike, { client });
    // @ts-expect-error a look-alike
    resolveConsent(lookalike, { client }, { decision: "approve" });
    // @ts-expect-error a look-alike
    connectedApp(lookalike, grant);
    // @ts-expect-error a look-alike
    clientRegistration(lookalike, {});
    // @ts-expect-error a look-alike
    refreshScope(lookalike, "openid");
    // @ts-expect-error a look-alike
    issuesRefreshToken(lookalike, "openid");
    // @ts-expect-error a look-alike
    protectedResourceMetadata(lookalike, { resource });
    // @ts-expect-error a look-alike
    authorizationServerMetadata(lookalike, { issuer: resource });
    // @ts-expect-error a look-alike
    authorizationEvent(lookalike, { type: "token", outcome: "success" });
  });

  test("rejects a definition, which is not checked", () => {
    // @ts-expect-error a definition
    consentScreen(policy.definition, { client });
    // @ts-expect-error a definition
    refreshScope(policy.definition, "openid");
  });
});

describe("bindScope of a policy", () => {
  test("accepts a declared scope with a string for each of its placeholders", () => {
    const bound = policy.bindScope("/accounts/{accountID}/read", { accountID: "a" });
    expectTypeOf(bound).toEqualTypeOf<BindResult>();
    policy.bindScope("/accounts/<accountID>/write", { accountID: "a" });
    policy.bindScope("/orgs/{org}/repos/{repo}", { org: "a", repo: "b" });
    policy.bindScope("openid", {});
  });

  test("rejects an undeclared scope, which throws at run time", () => {
    // @ts-expect-error misspelt
    policy.bindScope("/accounts/{accountID}/raed", { accountID: "a" });
    // @ts-expect-error already bound
    policy.bindScope("/accounts/a/read", {});
  });

  test("rejects missing values, other names and other types", () => {
    // @ts-expect-error `accountID` is missing
    policy.bindScope("/accounts/{accountID}/read", {});
    // @ts-expect-error `repo` is missing
    policy.bindScope("/orgs/{org}/repos/{repo}", { org: "a" });
    // @ts-expect-error a misspelt name
    policy.bindScope("/accounts/{accountID}/read", { accountId: "a" });
    // @ts-expect-error a number is not a string
    policy.bindScope("/accounts/<accountID>/write", { accountID: 7 });
  });

  test("accepts any scope and values if the names are known only at run time", () => {
    loaded.bindScope("/accounts/{id}/read", { id: "a" });
  });
});

describe("bundleScope", () => {
  test("accepts a declared bundle and returns a string", () => {
    expectTypeOf(policy.bundleScope("reading")).toEqualTypeOf<string>();
    expectTypeOf(loaded.bundleScope("anything")).toEqualTypeOf<string>();
  });

  test("rejects an undeclared bundle, which throws at run time", () => {
    // @ts-expect-error misspelt
    policy.bundleScope("raeding");
    const least = definePolicy({ name: "n", version: "1", scopes: { a: {} } });
    // @ts-expect-error the policy has no bundles
    least.bundleScope("reading");
  });
});

describe("the names of a policy", () => {
  test("have the types of its names, but a template in angle brackets has the type string", () => {
    expectTypeOf(policy.toolNames).toEqualTypeOf<readonly ("list" | `get_${string}`)[]>();
    expectTypeOf(policy.endpointNames).toEqualTypeOf<readonly "GET /courses"[]>();
    // printed with braces, which the compiler cannot type
    expectTypeOf(policy.scopeNames).toEqualTypeOf<readonly string[]>();
    const braces = definePolicy({ name: "n", version: "1", scopes: { a: {}, "/{id}": {} } });
    expectTypeOf(braces.scopeNames).toEqualTypeOf<readonly ("a" | "/{id}")[]>();
    expectTypeOf(loaded.scopeNames).toEqualTypeOf<readonly string[]>();
  });

  test("are read-only, because the policy shares them", () => {
    // @ts-expect-error read-only
    policy.scopeNames[0] = "openid";
    // @ts-expect-error read-only
    policy.toolNames[0] = "list";
  });
});

describe("expand, covers, missing and reduce", () => {
  test("accept a string or a list of any scope tokens", () => {
    expectTypeOf(policy.expand("nope:x")).toEqualTypeOf<string[]>();
    expectTypeOf(policy.covers(["openid"], "nope:x")).toEqualTypeOf<boolean>();
    expectTypeOf(policy.missing("openid", ["a"])).toEqualTypeOf<string | undefined>();
    expectTypeOf(policy.reduce(["openid"], { firstParty: true })).toEqualTypeOf<string>();
  });

  test("reject a misspelt option, and an option that is undefined", () => {
    // @ts-expect-error misspelt
    policy.expand("openid", { firstparty: true });
    // @ts-expect-error leave the option out instead
    policy.covers("openid", "openid", { firstParty: undefined });
    // @ts-expect-error a set is not a string or a list
    policy.reduce(new Set(["openid"]));
  });
});
