// Templates as ceilings: a template covers the values that its form accepts, each for its own placeholder.

import {
  clientRegistration,
  definePolicy,
  droppedScopes,
  loadPolicy,
  type Policy,
  refreshScope,
} from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";

// the first segment of a scope with colons is never `urn`, which would make the scope a URI
const policy = definePolicy({
  name: "Ceilings",
  version: "2",
  scopes: {
    "{org}:{repo}:read": {
      replaces: ["{repo}:{org}:old"],
      implies: ["/mirrors/{repo}/{org}"],
    },
    "/mirrors/{repo}/{org}": {},
    "all:{id}:console": { reserved: true },
    "root:all": { reserved: true, implies: ["plain:read"] },
    "plain:read": {},
    "/files/{id}": { replaces: ["/old/{id}"], implies: ["/files/{id}/text", "/files/{id}/media"] },
    "/files/{id}/text": { implies: ["/files/{id}/names"] },
    "/files/{id}/media": { implies: ["/files/{id}/names", "files:list"] },
    "/files/{id}/names": { implies: ["files:list"] },
    "files:list": {},
    "{realm}:realm:all": { replaces: ["/old-realms/{realm}"], implies: ["/realms/{realm}"] },
    "/realms/{realm}": {},
  },
}) as unknown as Policy;

interface Limited {
  readonly title: string;
  readonly ceiling: readonly string[];
  readonly scope: string;
  readonly firstParty?: boolean;
  readonly covered: boolean;
}

const BOUND: readonly Limited[] = [
  {
    title: "an older template covers the values that its form accepts",
    ceiling: ["{repo}:{org}:old"],
    scope: "a:b:read",
    covered: true,
  },
  {
    title: "an older template does not cover a value that its first segment rejects",
    ceiling: ["{repo}:{org}:old"],
    scope: "a:urn:read",
    covered: false,
  },
  {
    title: "a template covers what it implies, with the placeholders in another order",
    ceiling: ["{org}:{repo}:read"],
    scope: "/mirrors/urn/a",
    covered: true,
  },
  {
    title: "a template does not cover what it implies for other values",
    ceiling: ["{org}:{repo}:read"],
    scope: "/mirrors/a/urn",
    covered: false,
  },
  {
    title: "one of two templates is enough",
    ceiling: ["{org}:{repo}:read", "/mirrors/<repo>/<org>"],
    scope: "/mirrors/a/urn",
    covered: true,
  },
  {
    title: "one of two templates is enough, in the other order",
    ceiling: ["/mirrors/<repo>/<org>", "{org}:{repo}:read"],
    scope: "/mirrors/a/urn",
    covered: true,
  },
  {
    title: "a reserved template covers nothing for a third-party client",
    ceiling: ["all:{id}:console"],
    scope: "all:a:console",
    covered: false,
  },
  {
    title: "a reserved template covers its values for a first-party client",
    ceiling: ["all:{id}:console"],
    scope: "all:a:console",
    firstParty: true,
    covered: true,
  },
  {
    title: "a reserved scope does not cover what it implies for a third-party client",
    ceiling: ["root:all"],
    scope: "plain:read",
    covered: false,
  },
  {
    title: "a reserved scope covers what it implies for a first-party client",
    ceiling: ["root:all"],
    scope: "plain:read",
    firstParty: true,
    covered: true,
  },
];

describe("for a bound scope under a ceiling of templates", () => {
  it.each(titled(BOUND))("%s", (_title, { ceiling, scope, firstParty = false, covered }) => {
    const clientScope = ceiling.join(" ");
    const refreshed = refreshScope(policy, scope, undefined, {
      clientScope,
      firstParty,
    });
    expect(refreshed).toMatchObject(covered ? { ok: true, scope } : { ok: false });
    const client = {
      client_id: "app",
      redirect_uri: "https://app.example/cb",
      scope: clientScope,
      firstParty,
    };
    const account = { owns: () => "Mine" };
    const dropped = droppedScopes(policy, { client, requested: scope, account });
    expect(dropped.length === 0).toBe(covered);
    if (firstParty) return;
    const registered = clientRegistration(policy, { scope }, { ceiling });
    expect(registered).toMatchObject(covered ? { ok: true, metadata: { scope } } : { ok: false });
  });
});

it("expand leaves out a scope with two values if its form rejects one of them", () => {
  expect(policy.expand("a:b:old")).toEqual(["b:a:read", "/mirrors/a/b"]);
  expect(policy.expand("a:urn:old")).toEqual(["/mirrors/a/urn"]);
});

interface Registered {
  readonly title: string;
  readonly scope: string;
  readonly ceiling?: readonly string[];
  /** `undefined` if the registration is refused. */
  readonly registered: string | undefined;
}

const TEMPLATES: readonly Registered[] = [
  {
    title: "a template is not within one that rejects a value of one placeholder",
    scope: "/mirrors/{repo}/{org}",
    ceiling: ["{org}:{repo}:read"],
    registered: undefined,
  },
  {
    title: "a template is within one of two",
    scope: "/mirrors/{repo}/{org}",
    ceiling: ["{org}:{repo}:read", "/mirrors/{repo}/{org}"],
    registered: "/mirrors/{repo}/{org}",
  },
  {
    title: "a template is not within a template and a bound scope that cover its values together",
    scope: "/realms/{realm}",
    ceiling: ["{realm}:realm:all", "/realms/urn"],
    registered: undefined,
  },
  {
    title:
      "an older template is replaced only by the template that one entry of the ceiling covers",
    scope: "/old-realms/{realm}",
    ceiling: ["{realm}:realm:all", "/old-realms/urn"],
    registered: "{realm}:realm:all",
  },
  {
    title: "an older template is replaced by the template that its scope implies",
    scope: "{repo}:{org}:old",
    ceiling: ["/mirrors/{repo}/{org}"],
    registered: "/mirrors/{repo}/{org}",
  },
  {
    title:
      "an older template is replaced by what its scope implies too, if that accepts more values",
    scope: "{repo}:{org}:old",
    registered: "{org}:{repo}:read /mirrors/{repo}/{org}",
  },
  {
    title:
      "an older template is replaced by the current one, without what that implies for all values",
    scope: "{repo}:{org}:old",
    ceiling: ["{org}:{repo}:read"],
    registered: "{org}:{repo}:read",
  },
  {
    title: "an older template is replaced without a scope that is implied in two ways",
    scope: "/old/{id}",
    registered: "/files/{id}",
  },
  {
    title: "an older template is replaced by both of the scopes that the ceiling leaves of it",
    scope: "/old/{id}",
    ceiling: ["/files/{id}/text", "/files/{id}/media"],
    registered: "/files/{id}/text /files/{id}/media",
  },
  {
    title: "an older template is replaced by the literal that it implies",
    scope: "/old/{id}",
    ceiling: ["files:list"],
    registered: "files:list",
  },
  {
    title: "a reserved template is refused",
    scope: "all:{id}:console",
    registered: undefined,
  },
  {
    title: "a reserved template is refused even if a ceiling names it",
    scope: "all:{id}:console",
    ceiling: ["all:{id}:console"],
    registered: undefined,
  },
];

describe("for a template under a ceiling of templates", () => {
  it.each(titled(TEMPLATES))("%s", (_title, { scope, ceiling, registered }) => {
    const result = clientRegistration(policy, { scope }, ceiling && { ceiling });
    expect(result).toMatchObject(
      registered === undefined
        ? { ok: false, error: "invalid_client_metadata" }
        : { ok: true, metadata: { scope: registered } },
    );
  });
});

it("an older literal name is a ceiling too, in addition to a template", () => {
  const literal = loadPolicy({
    name: "Literal",
    version: "1",
    scopes: { "a:read": { replaces: ["a:old"] }, "/b/{id}": {} },
  });
  const register = (scope: string) =>
    clientRegistration(literal, { scope }, { ceiling: ["a:old", "/b/{id}"] });
  expect(register("a:old /b/{id} /b/x")).toMatchObject({
    metadata: { scope: "a:read /b/{id} /b/x" },
  });
});
