import { clientRegistration } from "scope-policy";
import { describe, expect, it } from "vitest";
import { policy } from "./policy.js";

const register = (metadata: unknown, options = {}) => clientRegistration(policy, metadata, options);

describe("the scope that is registered (RFC 7591, section 2)", () => {
  it.each([
    [
      "as it was asked for",
      { scope: "courses:read offline_access" },
      {},
      "courses:read offline_access",
    ],
    ["the policy's defaults where none is named", {}, {}, "openid"],
    ["the policy's defaults for an empty one", { scope: "" }, {}, "openid"],
    ["unknown names are left out", { scope: "openid nope:x" }, {}, "openid"],
    ["the policy's defaults where only unknown names are given", { scope: "nope:x" }, {}, "openid"],
    ["an older name is replaced", { scope: "members:read" }, {}, "students:read"],
    ["the host's default", {}, { defaultScope: "courses:read" }, "courses:read"],
    [
      "a template, which stands for every value",
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
  ])("%s", (_, metadata, options, scope) => {
    expect(register(metadata, options)).toEqual({ ok: true, metadata: { ...metadata, scope } });
  });

  it.each([
    ["reserved", { scope: "openid admin:all" }, {}],
    [
      "unknown, where the server refuses those",
      { scope: "openid nope:x" },
      { unknownScopes: "refuse" },
    ],
    ["malformed", { scope: "openid  courses:read" }, {}],
    ["a list", { scope: ["openid"] }, {}],
    [
      "beyond the ceiling",
      { scope: "openid courses:write" },
      { ceiling: ["openid", "courses:read"] },
    ],
    ["empty, where nothing can be read", { scope: " " }, {}],
    ["nothing that is text", { scope: null }, {}],
  ])("refused whole, never narrowed: %s", (_, metadata, options) => {
    expect(register(metadata, options)).toEqual({
      ok: false,
      error: "invalid_client_metadata",
      error_description: "scope contains a scope that this client cannot have",
    });
  });

  it.each([
    ["the policy's, beyond the ceiling", { ceiling: ["courses:read"] }, undefined],
    [
      "the host's, in part beyond the ceiling",
      { ceiling: ["courses:read"], defaultScope: "openid courses:read" },
      "courses:read",
    ],
    ["reserved", { defaultScope: "openid admin:all" }, "openid"],
    ["unknown", { defaultScope: "nope:x" }, undefined],
    ["malformed", { defaultScope: "openid  courses:read" }, undefined],
  ])("a default gives nothing that could not be asked for: %s", (_, options, scope) => {
    const metadata = scope === undefined ? {} : { scope };
    expect(register({}, options)).toEqual({ ok: true, metadata });
  });

  it("is left out where there is none to give", () => {
    const result = clientRegistration(policy, { client_name: "A" }, { defaultScope: "" });
    expect(result).toEqual({ ok: true, metadata: { client_name: "A" } });
  });
});

describe("what will stand on a consent page", () => {
  it.each(["Курс", "コース", "قائمة", "Cafe\u0301", "Love \u2764\ufe0f"])(
    "is a name in any script: %s",
    (client_name) => {
      expect(register({ client_name }).ok).toBe(true);
    },
  );

  it("is taken as it is", () => {
    const metadata = {
      client_name: "<script>alert(1)</script>",
      client_uri: "https://app.example/",
      logo_uri: "https://app.example:8443/l.png?x=1",
      redirect_uris: ["https://app.example/cb", "http://127.0.0.1:3000/cb", "com.example.app:/cb"],
      scope: "openid",
      contacts: ["a@b.example"],
    };
    expect(register(metadata)).toEqual({ ok: true, metadata });
  });

  it.each([
    ["isolates", "Course\u2066Helper\u2069"],
    ["zero width", "Course\u200bHelper"],
    ["NUL", "Course\u0000"],
    ["soft hyphen", "Course\u00adHelper"],
    ["a line break", "Course\nHelper"],
    ["a lone surrogate", "a\ud800"],
    ["a letter that is drawn as nothing", "Course\u3164Helper"],
    ["nothing but such a letter", "\u115f"],
    ["a blank of Braille", "Course\u2800Helper"],
    ["a joiner of letters", "Cou\u034frse"],
    ["a hidden text of variation selectors", "Course\u{e0101}"],
    ["nothing", "  "],
    ["too long", "x".repeat(201)],
    ["a list", ["x"]],
    ["an object", { toString: "x" }],
  ])("refused: a name with %s", (_, client_name) => {
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
  it.each(
    ["client_uri", "logo_uri", "policy_uri", "tos_uri"].flatMap((member) =>
      links.map((link) => [member, link] as const),
    ),
  )("refused: %s %j", (member, link) => {
    expect(register({ [member]: link })).toEqual({
      ok: false,
      error: "invalid_client_metadata",
      error_description: `${member} is not an https URL`,
    });
  });

  it.each([
    ["client_name#ja", "Course\u202eHelper"],
    ["client_name#ja", ["x"]],
    ["logo_uri#ja", "javascript:alert(1)"],
    ["tos_uri#ja", "http://app.example/"],
  ])("refused in any language: %s %j (RFC 7591, section 2.2)", (member, value) => {
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
    "no url",
    7,
  ])("refused: the redirect URI %j", (redirect_uri) => {
    expect(register({ redirect_uris: [redirect_uri] })).toMatchObject({
      ok: false,
      error: "invalid_redirect_uri",
    });
  });

  it("refused: one redirect URI that cannot be used beside another one that can", () => {
    const redirect_uris = ["https://app.example/cb", "http://evil.example/cb"];
    expect(register({ redirect_uris })).toMatchObject({ error: "invalid_redirect_uri" });
  });

  it.each(["https://user@app.example/cb", "https://:pw@app.example/cb"])(
    "refused: a redirect URI with credentials: %s",
    (redirect_uri) => {
      expect(register({ redirect_uris: [redirect_uri] })).toMatchObject({
        error: "invalid_redirect_uri",
      });
    },
  );

  it("takes a name of 200 characters, and none of 201", () => {
    expect(register({ client_name: "a".repeat(200) }).ok).toBe(true);
    expect(register({ client_name: "a".repeat(201) }).ok).toBe(false);
  });

  it("refused: redirect URIs that are no list", () => {
    expect(register({ redirect_uris: "https://app.example/cb" }).ok).toBe(false);
  });
});

describe("what is no metadata", () => {
  const throwing = Object.defineProperty({}, "scope", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  it.each([
    ["null", null],
    ["nothing", undefined],
    ["a text", "x"],
    ["a list", ["x"]],
    ["an object that throws", throwing],
  ])("refused: %s", (_, metadata) => {
    expect(register(metadata)).toMatchObject({ ok: false, error: "invalid_client_metadata" });
  });

  it("inherits nothing", () => {
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
