import { clientRegistration } from "scope-policy";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { policy } from "./policy.js";

const register = (metadata: unknown, options = {}) => clientRegistration(policy, metadata, options);

describe("the scope that is registered (RFC 7591, section 2)", () => {
  it.each([
    [
      "the scope as requested",
      { scope: "courses:read offline_access" },
      {},
      "courses:read offline_access",
    ],
    ["the policy's defaults if none is requested", {}, {}, "openid"],
    ["the policy's defaults for an empty scope", { scope: "" }, {}, "openid"],
    [
      "the policy's defaults for an empty scope if unknown scopes are refused",
      { scope: "" },
      { unknownScopes: "refuse" },
      "openid",
    ],
    [
      "a known scope if unknown scopes are refused",
      { scope: "courses:read" },
      { unknownScopes: "refuse" },
      "courses:read",
    ],
    [
      "the scope without unknown names if the server drops them",
      { scope: "openid nope:x" },
      { unknownScopes: "drop" },
      "openid",
    ],
    ["the scope without unknown names", { scope: "openid nope:x" }, {}, "openid"],
    [
      "the policy's defaults if only unknown names are requested",
      { scope: "nope:x" },
      {},
      "openid",
    ],
    ["the current name for an older one", { scope: "members:read" }, {}, "students:read"],
    ["the server's default if it has one", {}, { defaultScope: "courses:read" }, "courses:read"],
    [
      "a template, for every value",
      { scope: "/accounts/<accountID>/profile.write" },
      {},
      "/accounts/<accountID>/profile.write",
    ],
    [
      "a bound scope within a ceiling of templates",
      { scope: "/accounts/a/profile.write" },
      { ceiling: ["/accounts/{accountID}/profile.write"] },
      "/accounts/a/profile.write",
    ],
  ])("is %s", (_, metadata, options, scope) => {
    expect(register(metadata, options)).toEqual({ ok: true, metadata: { ...metadata, scope } });
  });

  it.each([
    ["one scope is reserved", { scope: "openid admin:all" }, {}],
    [
      "one scope is unknown and the server refuses unknown scopes",
      { scope: "openid nope:x" },
      { unknownScopes: "refuse" },
    ],
    ["it is malformed", { scope: "openid  courses:read" }, {}],
    ["it is a list", { scope: ["openid"] }, {}],
    [
      "one scope is beyond the ceiling",
      { scope: "openid courses:write" },
      { ceiling: ["openid", "courses:read"] },
    ],
    ["it is a space", { scope: " " }, {}],
    ["it is not a text", { scope: null }, {}],
  ])("is refused, not narrowed, if %s", (_, metadata, options) => {
    expect(register(metadata, options)).toEqual({
      ok: false,
      error: "invalid_client_metadata",
      error_description: "scope contains a scope that this client cannot have",
    });
  });

  it.each([
    ["beyond the ceiling, from the policy", { ceiling: ["courses:read"] }, undefined],
    [
      "partly beyond the ceiling, from the server",
      { ceiling: ["courses:read"], defaultScope: "openid courses:read" },
      "courses:read",
    ],
    ["reserved", { defaultScope: "openid admin:all" }, "openid"],
    ["unknown", { defaultScope: "nope:x" }, undefined],
    ["malformed", { defaultScope: "openid  courses:read" }, undefined],
  ])(
    "never includes what the client could not request if the default is %s",
    (_, options, scope) => {
      const metadata = scope === undefined ? {} : { scope };
      expect(register({}, options)).toEqual({ ok: true, metadata });
    },
  );

  it("is omitted if the default is empty", () => {
    const result = clientRegistration(policy, { client_name: "A" }, { defaultScope: "" });
    expect(result).toEqual({ ok: true, metadata: { client_name: "A" } });
  });
});

describe("metadata for the consent page", () => {
  it.each(["Курс", "コース", "قائمة", "Cafe\u0301", "Love \u2764\ufe0f"])(
    "can have a name in any script: %s",
    (client_name) => {
      expect(register({ client_name }).ok).toBe(true);
    },
  );

  it("is returned unchanged", () => {
    const metadata = {
      client_name: "<script>alert(1)</script>",
      client_uri: "https://app.example/",
      logo_uri: "https://app.example:8443/l.png?x=1",
      redirect_uris: [
        "https://app.example/cb",
        "http://127.0.0.1:3000/cb",
        "com.example.app:/cb",
        "com.example.https:/cb",
      ],
      scope: "openid",
      contacts: ["a@b.example"],
    };
    expect(register(metadata)).toEqual({ ok: true, metadata });
  });

  it.each([
    ["a directional isolate", "Course\u2066Helper\u2069"],
    ["a zero-width space", "Course\u200bHelper"],
    ["a NUL", "Course\u0000"],
    ["a soft hyphen", "Course\u00adHelper"],
    ["a line break", "Course\nHelper"],
    ["a lone surrogate", "a\ud800"],
    ["an invisible letter", "Course\u3164Helper"],
    ["only an invisible letter", "\u115f"],
    ["a blank Braille pattern", "Course\u2800Helper"],
    ["a combining grapheme joiner", "Cou\u034frse"],
    ["a variation selector, which can hide text", "Course\u{e0101}"],
    ["only spaces", "  "],
    ["201 characters", "x".repeat(201)],
    ["a list as its value", ["x"]],
    ["an object as its value", { toString: "x" }],
  ])("is refused for a name with %s", (_, client_name) => {
    expect(register({ client_name })).toMatchObject({
      ok: false,
      error: "invalid_client_metadata",
    });
  });

  const links = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    " https://app.example/",
    "data:text/html,x",
    "http://app.example/l.png",
    "//evil.example/l.png",
    "https://user:pw@evil.example/",
    "https:\\\\evil.example",
    "blob:https://x/1",
    "https://",
    "https://app.example/\u202egnp",
    7,
  ];
  const memberLinks = titled(
    ["client_uri", "logo_uri", "policy_uri", "tos_uri"].flatMap((member) =>
      links.map((link) => [member, link] as const),
    ),
    ([member, link]) => `is refused for the ${member} ${JSON.stringify(link)}`,
  );
  it.each(memberLinks)("%s", (_title, [member, link]) => {
    expect(register({ [member]: link })).toEqual({
      ok: false,
      error: "invalid_client_metadata",
      error_description: `${member} is not an https URL`,
    });
  });

  const translations = titled(
    [
      ["client_name#ja", "Course\u202eHelper"],
      ["client_name#ja", ["x"]],
      ["logo_uri#ja", "javascript:alert(1)"],
      ["tos_uri#ja", "http://app.example/"],
    ] as const,
    ([member, value]) =>
      `is refused in any language (RFC 7591, section 2.2) for the ${member} ${JSON.stringify(value)}`,
  );
  it.each(translations)("%s", (_title, [member, value]) => {
    expect(register({ client_name: "A", [member]: value })).toMatchObject({
      ok: false,
      error: "invalid_client_metadata",
    });
    expect(register({ "client_name#ja": "コース", "logo_uri#ja": "https://app.example/" }).ok).toBe(
      true,
    );
  });

  it.each([
    "data:text/html,x",
    "http://app.example/cb",
    "https://app.example/cb#x",
    "https://user@app.example/cb",
    "https://*.example/cb",
    "https://app.example/*",
    "https:app.example/cb",
    "https:///app.example/cb",
    "http:/127.0.0.1/cb",
    "myapp:/cb",
    "com..example.app:/cb",
    "no url",
    "url",
    7,
  ])("is refused for the redirect URI %s", (redirect_uri) => {
    expect(register({ redirect_uris: [redirect_uri] })).toEqual({
      ok: false,
      error: "invalid_redirect_uri",
      error_description: "invalid redirect URI",
    });
  });

  it("is refused if one of two redirect URIs is invalid", () => {
    const redirect_uris = ["https://app.example/cb", "http://evil.example/cb"];
    expect(register({ redirect_uris })).toMatchObject({ error: "invalid_redirect_uri" });
  });

  it.each(["https://user@app.example/cb", "https://:pw@app.example/cb"])(
    "is refused for a redirect URI with credentials: %s",
    (redirect_uri) => {
      expect(register({ redirect_uris: [redirect_uri] })).toMatchObject({
        error: "invalid_redirect_uri",
      });
    },
  );

  it("can have a name of 200 characters, not of 201", () => {
    expect(register({ client_name: "a".repeat(200) }).ok).toBe(true);
    expect(register({ client_name: "a".repeat(201) }).ok).toBe(false);
  });

  it("is refused if redirect_uris is not a list", () => {
    expect(register({ redirect_uris: "https://app.example/cb" }).ok).toBe(false);
  });
});

describe("a registration", () => {
  const throwing = Object.defineProperty({}, "scope", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  it.each([
    ["null", null],
    ["undefined", undefined],
    ["a text", "x"],
    ["a list", ["x"]],
    ["an object that throws", throwing],
  ])("is refused if the metadata is %s", (_, metadata) => {
    expect(register(metadata)).toEqual({
      ok: false,
      error: "invalid_client_metadata",
      error_description: "the metadata is not a JSON object",
    });
  });

  it("can have members that are undefined", () => {
    const metadata = { client_name: undefined, logo_uri: undefined, scope: undefined };
    expect(register(metadata)).toMatchObject({ ok: true, metadata: { scope: "openid" } });
  });

  it("ignores inherited members", () => {
    const metadata: unknown = JSON.parse(
      '{ "__proto__": { "scope": "admin:all" }, "client_name": "A" }',
    );
    expect(register(metadata)).toEqual({
      ok: true,
      metadata: { client_name: "A", scope: "openid" },
    });
    expect(register(Object.create({ scope: "admin:all" }))).toEqual({
      ok: true,
      metadata: { scope: "openid" },
    });
  });
});
