// Refresh and registration use the meanings of scopes: implications, older names, templates as ceilings.

import {
  clientRegistration,
  definePolicy,
  issuesRefreshToken,
  type Policy,
  PolicyError,
  type RefreshOptions,
  type RegistrationOptions,
  refreshScope,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

const policy = definePolicy({
  name: "Meanings",
  version: "2",
  scopes: {
    openid: {},
    "n:read": {},
    "n:write": { implies: ["n:read"] },
    "n:admin": { implies: ["n:write"], replaces: ["n:all"] },
    "students:read": { replaces: ["members:read"] },
    "teachers:read": { replaces: ["members:read"] },
    "all:console": { reserved: true, replaces: ["all:read"] },
    "all:public": { replaces: ["all:read"] },
    "/accounts/{id}/profile.read": { replaces: ["/accounts/{id}/all"] },
    "/accounts/{id}/money.write": { replaces: ["/accounts/{id}/all"] },
    "/files/{id}": { replaces: ["files.{id}.all"], implies: ["/files/{id}/names"] },
    "/files/{id}/names": {},
  },
  defaultScopes: ["openid", "n:read"],
  tools: { pay: { scope: "/accounts/{id}/money.write", params: { id: "account" } } },
});

interface Refreshed {
  readonly title: string;
  readonly original: string;
  readonly requested?: string;
  readonly options?: RefreshOptions;
  /** `undefined` for `invalid_scope`. */
  readonly scope: string | undefined;
  readonly narrowed?: boolean;
}

const REFRESHED: readonly Refreshed[] = [
  {
    title: "a client's scope covers what it implies",
    original: "n:read",
    options: { clientScope: "n:write" },
    scope: "n:read",
  },
  {
    title: "a scope that the client's scope does not cover is replaced by what it does cover",
    original: "n:admin",
    options: { clientScope: "n:write" },
    scope: "n:write",
    narrowed: true,
  },
  {
    title: "an older name is replaced by the part that the client's scope covers",
    original: "/accounts/a/all",
    options: { clientScope: "/accounts/{id}/profile.read" },
    scope: "/accounts/a/profile.read",
    narrowed: true,
  },
  {
    title: "an older name is kept if the client's scope covers all of it",
    original: "/accounts/a/all",
    options: { clientScope: "/accounts/<id>/money.write /accounts/a/profile.read" },
    scope: "/accounts/a/all",
  },
  {
    title: "an older template as the client's scope covers what replaces it",
    original: "/accounts/a/money.write /accounts/b/profile.read",
    options: { clientScope: "/accounts/{id}/all" },
    scope: "/accounts/a/money.write /accounts/b/profile.read",
  },
  {
    title: "a template of another form covers only the values that its form accepts",
    original: "/files/a /files/a.b",
    options: { clientScope: "files.{id}.all" },
    scope: "/files/a",
    narrowed: true,
  },
  {
    title: "a bound scope is covered for its value only",
    original: "/accounts/a/all /accounts/b/all",
    options: { clientScope: "/accounts/b/all" },
    scope: "/accounts/b/all",
    narrowed: true,
  },
  {
    title: "the refresh is refused if the client's scope covers nothing",
    original: "n:read",
    options: { clientScope: "openid nope:x" },
    scope: undefined,
  },
  {
    title: "a request can name what the grant implies",
    original: "n:admin",
    requested: "n:read",
    scope: "n:read",
    narrowed: true,
  },
  {
    title: "a request for the grant and a scope that it implies narrows the grant",
    original: "n:admin",
    requested: "n:admin n:read",
    scope: "n:admin n:read",
    narrowed: true,
  },
  {
    title: "a request for a scope that implies the grant is refused",
    original: "n:read",
    requested: "n:write",
    scope: undefined,
  },
  {
    title: "a request can name a part of an older name",
    original: "members:read",
    requested: "teachers:read",
    scope: "teachers:read",
    narrowed: true,
  },
  {
    title: "a request for an older name of which the grant has a part is refused",
    original: "teachers:read",
    requested: "members:read",
    scope: undefined,
  },
  {
    title: "an older name that only the request has is replaced by current names",
    original: "teachers:read students:read",
    requested: "members:read",
    scope: "students:read teachers:read",
  },
  {
    title: "a request can name a scope that the policy no longer has, if the grant has it",
    original: "gone:x n:read",
    requested: "gone:x n:read",
    scope: "n:read",
    narrowed: true,
  },
  {
    title: "a request for an unknown scope is refused",
    original: "n:read",
    requested: "gone:x n:read",
    scope: undefined,
  },
  {
    title: "a request with a template is refused",
    original: "/accounts/a/all",
    requested: "/accounts/{id}/all",
    scope: undefined,
  },
  {
    title: "a reserved scope does not count for a third-party client",
    original: "all:read all:console",
    scope: "all:read",
    narrowed: true,
  },
  {
    title: "a reserved scope counts for a first-party client",
    original: "all:read all:console",
    options: { firstParty: true, clientScope: "all:console" },
    scope: "all:console",
    narrowed: true,
  },
  {
    title: "an older name that means more now is replaced by what it meant",
    original: "members:read",
    options: { originalMeanings: ["students:read"] },
    scope: "students:read",
    narrowed: true,
  },
  {
    title: "an older name that means the same is kept",
    original: "members:read",
    options: { originalMeanings: "teachers:read students:read" },
    scope: "members:read",
  },
  {
    title: "an older name that implies more now is replaced as far as names allow",
    original: "n:all",
    options: { originalMeanings: ["n:read", "n:write"] },
    scope: "n:write",
    narrowed: true,
  },
  {
    title: "a scope that was renamed since is kept, because everything that replaces it was in it",
    original: "members:read n:all",
    options: { originalMeanings: ["members:read", "n:all", "n:read", "n:write"] },
    scope: "members:read n:all",
  },
  {
    title: "the refresh is refused if the record is empty",
    original: "members:read",
    options: { originalMeanings: "" },
    scope: undefined,
  },
  {
    title: "the record and the client's scope both limit the refresh",
    original: "/accounts/a/all",
    options: {
      originalMeanings: ["/accounts/a/profile.read"],
      clientScope: "/accounts/{id}/money.write",
    },
    scope: undefined,
  },
];

describe("refreshScope", () => {
  it.each(titled(REFRESHED))("%s", (_title, row) => {
    const { original, requested, options, scope, narrowed = false } = row;
    const result = refreshScope(policy, original, requested, options);
    expect(result).toEqual(
      scope === undefined
        ? { ok: false, error: "invalid_scope" }
        : { ok: true, scope, scopes: scope.split(" "), narrowed },
    );
  });

  it("does not return a scope that pays to a client that can only read", () => {
    const options = { clientScope: "/accounts/{id}/profile.read" };
    const result = refreshScope(policy, "/accounts/a/all", undefined, options);
    const pays = (scope: string) => policy.decide({ scope }, "pay", { account: "a" }).allowed;
    expect([pays("/accounts/a/all"), pays(result.ok ? result.scope : "")]).toEqual([true, false]);
  });

  it.each([
    [{ clientscope: "n:read" }],
    [{ clientScope: undefined }],
    [{ clientScope: ["n:read"] }],
    [{ firstParty: "true" }],
    [{ originalMeanings: "n:read  n:write" }],
    [{ originalMeanings: 7 }],
    [{ originalMeanings: undefined }],
    [null],
  ])("throws for the wrong options %j", (options) => {
    const call = () => refreshScope(policy, "n:read", undefined, options as never);
    expect(call).toThrow(PolicyError);
    expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }));
  });
});

describe("clientRegistration with wrong options", () => {
  it.each([
    [{ cieling: ["n:read"] }],
    [{ ceiling: "n:read" }],
    [{ ceiling: undefined }],
    [{ ceiling: [""] }],
    [{ ceiling: [7] }],
    [{ defaultScope: ["n:read"] }],
    [{ unknownScopes: "ignore" }],
  ])("throws for %j", (options) => {
    const call = () => clientRegistration(policy, {}, options as never);
    expect(call).toThrow(expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }));
  });
});

describe("issuesRefreshToken", () => {
  const offline: Policy = definePolicy({
    name: "Offline",
    version: "1",
    scopes: {
      offline_access: { replaces: ["stay"] },
      full: { implies: ["offline_access"] },
      "/accounts/{id}/read": {},
    },
  });

  it.each([
    ["full", true],
    ["stay", true],
    ["/accounts/a/read offline_access", true],
    ["/accounts/{id}/read offline_access", false],
    ["offline_access  full", false],
    ["full:x", false],
  ])("uses the meanings of the scope %s", (scope, expected) => {
    expect(issuesRefreshToken(offline, scope)).toBe(expected);
  });
});

interface Registered {
  readonly title: string;
  readonly scope: string;
  readonly options?: RegistrationOptions;
  /** `undefined` if the registration is refused. */
  readonly registered: string | undefined;
}

const REGISTERED: readonly Registered[] = [
  {
    title: "a ceiling covers what it implies",
    scope: "n:read",
    options: { ceiling: ["n:write"] },
    registered: "n:read",
  },
  {
    title: "a ceiling does not cover what implies it",
    scope: "n:write",
    options: { ceiling: ["n:read"] },
    registered: undefined,
  },
  {
    title: "the whole scope is refused for one current name beyond the ceiling",
    scope: "n:read n:write",
    options: { ceiling: ["n:read"] },
    registered: undefined,
  },
  {
    title: "an older name is replaced by the part that the ceiling covers",
    scope: "members:read",
    options: { ceiling: ["students:read"] },
    registered: "students:read",
  },
  {
    title: "an older name is replaced by all that replaces it",
    scope: "members:read openid",
    registered: "students:read teachers:read openid",
  },
  {
    title: "an older name in the ceiling covers all that replaces it",
    scope: "teachers:read",
    options: { ceiling: ["members:read"] },
    registered: "teachers:read",
  },
  {
    title: "an older name is replaced by what it implies if the ceiling covers only that",
    scope: "n:all",
    options: { ceiling: ["n:write", "openid"] },
    registered: "n:write",
  },
  {
    title: "an older name of which the ceiling covers nothing is refused",
    scope: "members:read openid",
    options: { ceiling: ["openid"] },
    registered: undefined,
  },
  {
    title: "an older name is replaced by the open scope, not by the reserved one",
    scope: "all:read",
    registered: "all:public",
  },
  { title: "a reserved scope is refused", scope: "all:console openid", registered: undefined },
  {
    title: "a reserved scope is refused even if a ceiling names it",
    scope: "all:console",
    options: { ceiling: ["all:console"] },
    registered: undefined,
  },
  {
    title: "an older template is replaced by the templates of current names",
    scope: "/accounts/<id>/all",
    options: { ceiling: ["/accounts/{id}/profile.read"] },
    registered: "/accounts/{id}/profile.read",
  },
  {
    title: "a template covers itself, in either spelling, and what it implies",
    scope: "/files/<id> /files/{id}/names",
    options: { ceiling: ["/files/{id}"] },
    registered: "/files/<id> /files/{id}/names",
  },
  {
    title: "a template is not covered by one of its values",
    scope: "/files/{id}",
    options: { ceiling: ["/files/a", "/files/b"] },
    registered: undefined,
  },
  {
    title: "a template is not covered by a template that does not accept all of its values",
    scope: "/files/{id}/names",
    options: { ceiling: ["files.{id}.all"] },
    registered: undefined,
  },
  {
    title: "an older template is not replaced by a current one that covers more than the ceiling",
    scope: "files.{id}.all",
    options: { ceiling: ["files.{id}.all"] },
    registered: undefined,
  },
  {
    title: "an older template of another form is replaced by the current one",
    scope: "files.{id}.all",
    registered: "/files/{id}",
  },
  {
    title: "unknown names are left out",
    scope: "nope:x n:read /unknown/{id} /accounts/{other}/all",
    registered: "n:read",
  },
  {
    title: "the defaults are registered if only unknown names are sent",
    scope: "nope:x nope:y",
    registered: "openid n:read",
  },
  {
    title: "unknown names are refused if the server refuses them",
    scope: "nope:x n:read",
    options: { unknownScopes: "refuse" },
    registered: undefined,
  },
  {
    title: "the default is limited to what the ceiling covers",
    scope: "nope:x",
    options: { ceiling: ["n:write"] },
    registered: "n:read",
  },
  {
    title: "a default under an older name is replaced by what the ceiling covers",
    scope: "",
    options: { ceiling: ["teachers:read"], defaultScope: "members:read n:read" },
    registered: "teachers:read",
  },
  {
    title: "a ceiling of unknown names covers nothing",
    scope: "n:read",
    options: { ceiling: ["nope:x", "/unknown/{id}"] },
    registered: undefined,
  },
];

describe("clientRegistration", () => {
  it.each(titled(REGISTERED))("%s", (_title, { scope, options, registered }) => {
    const result = clientRegistration(policy, { scope }, options);
    expect(result).toMatchObject(
      registered === undefined
        ? { ok: false, error: "invalid_client_metadata" }
        : { ok: true, metadata: { scope: registered } },
    );
  });
});
