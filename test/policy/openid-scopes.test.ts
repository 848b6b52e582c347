// The scopes of OpenID Connect, which open claims about the user or a refresh token, and no operation.

import { consentScreen, loadPolicy } from "scope-policy";
import { lintPolicy } from "scope-policy/analysis";
import { describe, expect, it } from "vitest";
import { factsOf } from "../consent/facts.js";

const IDENTITY = ["openid", "profile", "email", "address", "phone"];
const ALL = [...IDENTITY, "offline_access", "emails"];

const policy = loadPolicy({
  name: "P",
  version: "1",
  scopes: Object.fromEntries(ALL.map((name) => [name, `Allows ${name}`])),
  tools: { ping: { public: true } },
});

describe("the scopes of OpenID Connect", () => {
  it("are apart from others on the consent page: those about the user, and the one for a refresh token", () => {
    const screen = consentScreen(policy, factsOf({ requested: ALL.join(" ") }));
    expect(screen.identity.map(({ scope }) => scope)).toEqual(IDENTITY);
    expect(screen.offline?.scope).toBe("offline_access");
    const others = screen.groups.flatMap(({ rows }) => rows.map(({ scope }) => scope));
    expect(others).toEqual(["emails"]);
  });

  it("are in use although no operation requires them", () => {
    const unused = lintPolicy(policy).filter(({ code }) => code === "unused_scope");
    expect(unused.map(({ path }) => path)).toEqual(["scopes.emails"]);
  });
});
