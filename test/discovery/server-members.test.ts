// Members that only the server can set are removed from a registration, whatever their spelling. All others stay unchanged.

import { type ConsentClient, clientRegistration, consentScreen } from "scope-policy";
import { describe, expect, it } from "vitest";
import { CLIENT_MEMBERS } from "../../src/policy/client.js";
import { titled } from "../titled.js";
import { policy } from "./policy.js";

/** Members of a registration response (RFC 7591, section 3.2.1; RFC 7592, section 3). */
const ANSWER_MEMBERS = [
  "client_id",
  "client_secret",
  "client_id_issued_at",
  "client_secret_expires_at",
  "registration_access_token",
  "registration_client_uri",
];
const ofServer = Object.entries(CLIENT_MEMBERS).flatMap(([member, owner]) =>
  owner === "server" ? [member] : [],
);

const words = (member: string): string[] =>
  member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).split("_");
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const wide = (text: string): string =>
  text.replaceAll(/[A-Za-z_]/g, (letter) =>
    String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0),
  );

const SPELLINGS: readonly (readonly [name: string, spell: (member: string) => string])[] = [
  ["its own spelling", (member) => member],
  [
    "camel case",
    (member) =>
      words(member)
        .map((one, at) => (at ? capital(one) : one))
        .join(""),
  ],
  ["Pascal case", (member) => words(member).map(capital).join("")],
  ["kebab case", (member) => words(member).join("-")],
  ["dots", (member) => words(member).join(".")],
  ["upper case", (member) => member.toUpperCase()],
  ["a capital", capital],
  ["spaces", (member) => words(member).join(" ")],
  ["spaces around it", (member) => ` ${member}\t`],
  ["two separators", (member) => words(member).join("__")],
  ["a separator before it", (member) => `_${member}`],
  ["a language tag", (member) => `${member}#de`],
  ["an empty language tag", (member) => `${member}#`],
  ["a language tag in another spelling", (member) => `${words(member).join("-")}#DE-at`],
  ["full-width letters", wide],
  ["a full-width language tag", (member) => `${member}\uff03de`],
  ["a zero-width space", (member) => member.replace("_", "_\u200b")],
  ["a soft hyphen", (member) => `\u00ad${member}`],
  ["an invisible letter", (member) => `${member}\u3164`],
  ["a byte order mark", (member) => `\ufeff${member}`],
  ["a ligature", (member) => member.replace("fi", "\ufb01")],
  ["a long s", (member) => member.replace("s", "\u017f")],
];

describe("a member that only the server can set", () => {
  it("is one of the client facts that the server owns, or of the response members", () => {
    expect([...ofServer].sort()).toEqual(
      [
        "approvedScopes",
        "client_id",
        "firstParty",
        "redirect_uri",
        "requiredScopes",
        "verifiedDomain",
      ].sort(),
    );
  });

  const named = [...ANSWER_MEMBERS, ...ofServer];
  // the facts of consent are camelCase, and the same names in snake_case are stripped too
  const members = [...new Set([...named, ...named.map((member) => words(member).join("_"))])];
  const spelled = titled(
    members.flatMap((member) =>
      SPELLINGS.map(([name, spell]) => ({ member, name, key: spell(member) })),
    ),
    ({ member, name }) => `is removed: ${member} with ${name}`,
  );
  it.each(spelled)("%s", (_title, { key }) => {
    const metadata = Object.fromEntries([
      [key, "victim"],
      ["client_name", "Helper"],
    ]);
    expect(clientRegistration(policy, metadata)).toEqual({
      ok: true,
      metadata: { client_name: "Helper", scope: "openid" },
    });
  });

  it("is removed together with others", () => {
    const sent = {
      client_id: "victim",
      client_secret: "x",
      registration_access_token: "x",
      redirect_uri: "https://evil.example/cb",
      redirect_uris: ["https://app.example/cb"],
      first_party: true,
      firstParty: true,
    };
    expect(clientRegistration(policy, sent)).toEqual({
      ok: true,
      metadata: { redirect_uris: ["https://app.example/cb"], scope: "openid" },
    });
  });

  it("does not change the consent page if the metadata become the facts of a client", () => {
    const metadata = {
      "first-party": true,
      firstParty: true,
      verifiedDomain: "bank.example",
      FIRST_PARTY: true,
      approved_scopes: ["admin:all"],
    };
    const result = clientRegistration(policy, { ...metadata, scope: "openid" });
    const registered = result.ok ? result.metadata : {};
    const client: ConsentClient = { client_id: "c-1", ...registered };
    const screen = consentScreen(policy, { client, requested: "openid admin:all" });
    expect(screen.client.verified).toBe(false);
    expect(JSON.stringify(screen)).not.toContain("admin:all");
  });

  it("can be the prototype of the metadata", () => {
    const sent: unknown = JSON.parse('{"__proto__":{"firstParty":true},"client_name":"A"}');
    const result = clientRegistration(policy, sent);
    const metadata = result.ok ? result.metadata : {};
    expect(Object.getOwnPropertyNames(metadata)).toEqual(["client_name", "scope"]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });
});

describe("a member that a client can set", () => {
  /** RFC 7591, section 2, and members of other specifications. */
  const METADATA: Readonly<Record<string, unknown>> = {
    redirect_uris: ["https://app.example/cb"],
    token_endpoint_auth_method: "private_key_jwt",
    grant_types: ["authorization_code"],
    response_types: ["code"],
    client_name: "Course  Helper ",
    "client_name#ja": "コース",
    client_uri: "https://app.example/",
    logo_uri: "https://app.example/logo.png",
    contacts: ["a@b.example", 7, null],
    tos_uri: "https://app.example/tos",
    "tos_uri#fr": "https://app.example/fr/tos",
    policy_uri: "https://app.example/privacy",
    jwks_uri: "https://app.example/jwks",
    jwks: { keys: [{ kty: "RSA", client_id: "kept: a member of a member" }] },
    software_id: "client_id",
    software_version: "1.0",
    software_statement: "ey.J.x",
    post_logout_redirect_uris: ["https://app.example/bye"],
    redirect_uri_prefix: "x",
    client: "c",
    id: "i",
    client_identity: "x",
    first_party_name: "x",
    firstPartyName: "x",
    proto: "x",
    "": "an empty name",
    "#": "only a tag",
    constructor: "x",
  };

  it.each(Object.entries(METADATA))("is kept byte for byte: %s", (key, value) => {
    const result = clientRegistration(policy, { [key]: value });
    const metadata = { [key]: value, scope: "openid" };
    expect(result).toEqual({ ok: true, metadata });
    expect(JSON.stringify(result.ok && result.metadata)).toBe(JSON.stringify(metadata));
  });

  it("keeps its place, with the registered scope at the end", () => {
    const result = clientRegistration(policy, { scope: "members:read", ...METADATA });
    const metadata = { ...METADATA, scope: "students:read" };
    expect(JSON.stringify(result.ok && result.metadata)).toBe(JSON.stringify(metadata));
  });
});
