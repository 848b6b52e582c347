import { describe, expect, it } from "vitest";
import { jwtVerifier } from "../../src/verify/jwt.js";
import { titled } from "../titled.js";
import {
  AUDIENCE,
  CLAIMS,
  ISSUER,
  inSeconds,
  mint,
  OPTIONS,
  type Outcome,
  outcomeOf,
} from "./fixtures.js";
import { ACTIVE, createScene } from "./introspection-scene.js";
import { type MemberCase, type Members, VERIFICATIONS } from "./verifications.js";

const THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
const LOGOUT = { "http://schemas.openid.net/event/backchannel-logout": {} };

/** Members in addition to those of a valid token. */
const MEMBERS: readonly MemberCase[] = [
  [{ cnf: { jkt: THUMBPRINT } }, "confirmation"],
  [{ cnf: { "x5t#S256": THUMBPRINT } }, "confirmation"],
  [{ cnf: {} }, "confirmation"],
  [{ cnf: null }, "confirmation"],
  [{ cnf: "" }, "confirmation"],
  [{ cnf: false }, "confirmation"],
  [{ token_use: "access" }, "token"],
  [{ token_use: "access_token" }, "token"],
  [{ token_use: "id" }, "token_use"],
  [{ token_use: "refresh_token" }, "token_use"],
  [{ token_use: "Access" }, "token_use"],
  [{ token_use: "" }, "token_use"],
  [{ token_use: null }, "token_use"],
  [{ token_use: ["access"] }, "token_use"],
  [{ typ: "Bearer" }, "token"],
  [{ typ: "bearer" }, "token"],
  [{ typ: "JWT" }, "token"],
  [{ typ: "at+JWT" }, "token"],
  [{ typ: "application/at+jwt" }, "type"],
  [{ typ: "Refresh" }, "type"],
  [{ typ: "Offline" }, "type"],
  [{ typ: "ID" }, "type"],
  [{ typ: "Logout" }, "type"],
  [{ typ: "DPoP" }, "type"],
  [{ typ: "" }, "type"],
  [{ typ: null }, "type"],
  [{ typ: ["Bearer"] }, "type"],
  [{ at_hash: "77QmUPtjPfzWtF2AnpK9RQ" }, "token_use"],
  [{ at_hash: null }, "token_use"],
  [{ c_hash: "LDktKdoQak3Pk0cnXxCltA" }, "token_use"],
  [{ events: LOGOUT }, "token_use"],
  [{ events: null }, "token_use"],
  [{ nonce: "n-0S6_WzA2Mj", auth_time: inSeconds(-60), azp: "app-1", sid: "1" }, "token"],
];

describe.each(titled(VERIFICATIONS, ({ name }) => name))("a token verified by %s", (_name, way) => {
  it.each(MEMBERS)("with %j has the outcome %s", async (members, outcome) => {
    expect(await way.outcomeOf(members)).toBe(outcome);
  });

  it.each(MEMBERS)(
    "with %j differs for `cnf` only if the confirmation is ignored",
    async (...row) => {
      const [members, outcome] = row;
      const ignored = await way.outcomeOf(members, { dangerouslyIgnoreConfirmation: true });
      expect(ignored).toBe(outcome === "confirmation" ? "token" : outcome);
      expect(await way.outcomeOf(members, { dangerouslyIgnoreConfirmation: false })).toBe(outcome);
    },
  );
});

/** Members that only an introspection response has. */
const TOKEN_TYPES: readonly MemberCase[] = [
  [{ token_type: undefined }, "token"],
  [{ token_type: "Bearer" }, "token"],
  [{ token_type: "bearer" }, "token"],
  [{ token_type: "access_token" }, "token"],
  [{ token_type: "DPoP" }, "type"],
  [{ token_type: "refresh_token" }, "type"],
  [{ token_type: "N_A" }, "type"],
  [{ token_type: "mac" }, "type"],
  [{ token_type: "" }, "type"],
  [{ token_type: null }, "type"],
  [{ token_type: ["Bearer"] }, "type"],
  [{ token_type: "DPoP", cnf: { jkt: THUMBPRINT } }, "confirmation"],
];

describe("an introspection response", () => {
  const outcomeWith = (members: Members, options = {}) =>
    outcomeOf(createScene(options, { ...ACTIVE, ...members }).verify, "opaque");

  it.each(TOKEN_TYPES)("with %j has the outcome %s", async (members, outcome) => {
    expect(await outcomeWith(members)).toBe(outcome);
  });

  it("with the token type DPoP is rejected even if the confirmation is ignored", async () => {
    const members = { token_type: "DPoP", cnf: { jkt: THUMBPRINT } };
    expect(await outcomeWith(members, { dangerouslyIgnoreConfirmation: true })).toBe("type");
  });
});

/** A token as an issuer writes it, except for issuer and audience, which would cause a rejection before the check of the kind. */
interface Shape {
  readonly title: string;
  readonly typ?: string;
  readonly claims: Members;
  readonly rfc9068: Outcome;
  readonly lenient: Outcome;
}

const TIMES = { iss: ISSUER, aud: AUDIENCE, iat: inSeconds(0), exp: inSeconds(300) };
const KEYCLOAK = { ...TIMES, jti: "9f1c0d6e", sub: "2bb1a3f4", azp: "app-1", sid: "c4f8" };
const COGNITO = { ...TIMES, sub: "aaaabbbb", jti: "b4f2", event_id: "64f5", auth_time: 1 };
const OIDC = { ...TIMES, sub: "248289761001", auth_time: inSeconds(-5), nonce: "n-0S6_WzA2Mj" };

const SHAPES: readonly Shape[] = [
  {
    title: "an access token of Keycloak",
    typ: "JWT",
    claims: { ...KEYCLOAK, typ: "Bearer", acr: "1", scope: "profile courses:read" },
    rfc9068: "type",
    lenient: "token",
  },
  {
    title: "an ID token of Keycloak",
    typ: "JWT",
    claims: { ...KEYCLOAK, typ: "ID", at_hash: "77QmUPtjPfzWtF2AnpK9RQ", acr: "1" },
    rfc9068: "type",
    lenient: "type",
  },
  {
    title: "a refresh token of Keycloak",
    typ: "JWT",
    claims: { ...KEYCLOAK, typ: "Refresh", scope: "profile courses:read" },
    rfc9068: "type",
    lenient: "type",
  },
  {
    title: "a logout token of Keycloak",
    typ: "logout+jwt",
    claims: { ...KEYCLOAK, typ: "Logout", events: LOGOUT },
    rfc9068: "type",
    lenient: "type",
  },
  {
    title: "an access token of Keycloak that is bound by DPoP",
    typ: "JWT",
    claims: { ...KEYCLOAK, typ: "DPoP", cnf: { jkt: THUMBPRINT }, scope: "courses:read" },
    rfc9068: "type",
    lenient: "confirmation",
  },
  {
    title: "an access token of Cognito",
    claims: { ...COGNITO, token_use: "access", client_id: "app-1", scope: "courses:read" },
    rfc9068: "type",
    lenient: "token",
  },
  {
    title: "an ID token of Cognito",
    claims: { ...COGNITO, token_use: "id", at_hash: "77Qm", "cognito:username": "jo" },
    rfc9068: "type",
    lenient: "token_use",
  },
  {
    title: "an ID token of the implicit flow (OpenID Connect)",
    typ: "JWT",
    claims: { ...OIDC, at_hash: "77QmUPtjPfzWtF2AnpK9RQ" },
    rfc9068: "type",
    lenient: "token_use",
  },
  {
    title: "an ID token of the hybrid flow (OpenID Connect)",
    claims: { ...OIDC, c_hash: "LDktKdoQak3Pk0cnXxCltA" },
    rfc9068: "type",
    lenient: "token_use",
  },
  {
    title: "a logout token without a type of its own (OpenID Connect)",
    claims: { ...TIMES, sub: "248289761001", jti: "bWJq", events: LOGOUT },
    rfc9068: "type",
    lenient: "token_use",
  },
  {
    title: "an access token of RFC 9068",
    typ: "at+jwt",
    claims: { ...CLAIMS, auth_time: inSeconds(-5), acr: "1", amr: ["pwd"] },
    rfc9068: "token",
    lenient: "token",
  },
  {
    title: "an access token bound by DPoP (RFC 9449, section 6.1)",
    typ: "at+jwt",
    claims: { ...CLAIMS, cnf: { jkt: THUMBPRINT } },
    rfc9068: "confirmation",
    lenient: "confirmation",
  },
  {
    title: "an access token bound to a certificate (RFC 8705, section 3.1)",
    typ: "at+jwt",
    claims: { ...CLAIMS, cnf: { "x5t#S256": THUMBPRINT } },
    rfc9068: "confirmation",
    lenient: "confirmation",
  },
];

describe("jwtVerifier", () => {
  const titleOf = ({ title, rfc9068, lenient }: Shape) =>
    `${title}: ${rfc9068} by RFC 9068, ${lenient} in the lenient profile`;
  it.each(titled(SHAPES, titleOf))("checks the kind of %s", async (_title, shape) => {
    // `claimsText`, since `mint` adds the claims of RFC 9068 to `claims`
    const claimsText = JSON.stringify(shape.claims);
    const token = await mint({ header: { typ: shape.typ }, claimsText });
    expect({
      rfc9068: await outcomeOf(jwtVerifier(OPTIONS), token),
      lenient: await outcomeOf(jwtVerifier({ ...OPTIONS, profile: "lenient" }), token),
    }).toEqual({ rfc9068: shape.rfc9068, lenient: shape.lenient });
  });

  it("rejects the type DPoP of Keycloak even if the confirmation is ignored", async () => {
    const claims = { typ: "DPoP", cnf: { jkt: THUMBPRINT } };
    const options = { ...OPTIONS, dangerouslyIgnoreConfirmation: true };
    expect(await outcomeOf(jwtVerifier(options), await mint({ claims }))).toBe("type");
  });
});
