import { describe, expect, it } from "vitest";
import { type Inspection, inspectToken } from "../../src/verify/inspect-token.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";
import type { VerifierOutage } from "../../src/verify/verifier-outage.js";
import { AUDIENCE, CLAIMS, ISSUER, type Minting, mint, OPTIONS } from "./fixtures.js";

/** Inspects a token with the usual claims, changed by `minting`. */
async function inspect(
  minting: Minting = {},
  options: Partial<JwtVerifierOptions> = {},
  keysFault?: string,
): Promise<Inspection> {
  const explain = async ({ reason }: VerifierOutage) => `explained: ${reason}`;
  const all = { ...OPTIONS, ...options, issuer: ISSUER };
  return inspectToken(await mint(minting), all, keysFault, explain);
}

const passed = (name: string, detail: string) => ({ name, result: "passed", detail });
const signatureOf = ({ checks }: Inspection) => checks.at(-1);

describe("the inspection of a token", () => {
  it("makes every check, and reads the token if all of them pass", async () => {
    expect(await inspect()).toEqual({
      checks: [
        passed("form", "a signed token (JWT)"),
        passed("algorithm", "`alg` is `RS256`"),
        passed("header", "`kid` is `as-1`"),
        passed("type", "`typ` is `at+jwt` in the header"),
        passed("issuer", `\`iss\` is \`${ISSUER}\``),
        passed("kind: cnf", "`cnf` is missing"),
        passed("kind: token_use", "`token_use` is missing"),
        passed("kind: typ", "`typ` is missing"),
        passed("kind: at_hash", "`at_hash` is missing"),
        passed("kind: c_hash", "`c_hash` is missing"),
        passed("kind: events", "`events` is missing"),
        passed("required claims", "`iss`, `exp`, `sub`, `client_id`, `iat`, `jti` and `aud`"),
        passed("audience", `\`aud\` is \`${AUDIENCE}\``),
        passed("values", "`sub`, `client_id`, `jti`, `exp`, `iat` and `nbf`, as far as present"),
        passed("expiry", "`exp` is 1795349100"),
        passed("age", "`iat` is 1795348800"),
        passed("start", "`iat` is 1795348800, `nbf` is missing"),
        passed("scope", "`scope` is `courses:read`"),
        passed("signature", "`kid` is `as-1`"),
      ],
      token: { ...CLAIMS, aud: undefined },
    });
  });

  it("reads no token if a check fails", async () => {
    const { checks, ...rest } = await inspect({ claims: { aud: "account" } });
    const failed = checks.filter(({ result }) => result !== "passed");
    expect(failed).toMatchObject([{ name: "audience", result: "failed", reason: "audience" }]);
    expect(rest).toEqual({});
  });

  it.each<[title: string, claims: object, detail: string]>([
    ["no claim of a scope", {}, "`scope` missing, so the token has no scope"],
    [
      "another claim of a scope",
      { scp: "a" },
      '`scope` missing, so the token has no scope; `scopeClaim: "scp"` reads `scp`',
    ],
  ])("describes the scope of a token with %s", async (_title, claims, detail) => {
    const { checks, token } = await inspect({ claims: { scope: undefined, ...claims } });
    expect(checks.find(({ name }) => name === "scope")).toEqual(passed("scope", detail));
    expect(token?.scope).toBe("");
  });

  it("names the claims of a scope that are missing", async () => {
    const scopeClaim = { firstOf: ["scp", ["realm_access", "roles"]] } as const;
    const { checks } = await inspect({}, { scopeClaim });
    expect(checks.find(({ name }) => name === "scope")).toEqual(
      passed(
        "scope",
        '`scp` and `realm_access.roles` missing, so the token has no scope; `scopeClaim: "scope"` reads `scope`',
      ),
    );
  });

  it("checks the signature by the keys of the issuer, also if the token names another issuer", async () => {
    const inspection = await inspect({ claims: { iss: "https://other.example" } });
    expect(inspection.checks.filter(({ result }) => result === "failed")).toMatchObject([
      { name: "issuer" },
    ]);
    expect(signatureOf(inspection)).toEqual(passed("signature", "`kid` is `as-1`"));
  });

  it("names no key of a token that has none", async () => {
    expect(signatureOf(await inspect({ header: { kid: undefined } }))).toEqual(
      passed("signature", "a key of the key set made it"),
    );
  });

  it("contains the reason of a wrong signature", async () => {
    expect(signatureOf(await inspect({ key: "attacker-rs256" }))).toMatchObject({
      name: "signature",
      result: "failed",
      reason: "signature",
    });
  });

  it.each<[title: string, inspection: () => Promise<Inspection>, detail: string]>([
    ["there are no keys", () => inspect({}, {}, "no keys"), "no keys"],
    [
      "the algorithm is not accepted",
      () => inspect({ header: { alg: "none" } }),
      "the algorithm is not accepted",
    ],
    [
      "the keys cannot be read",
      () =>
        inspect(
          {},
          {
            jwks: "https://as.example.com/jwks",
            fetch: async () => new Response("down", { status: 503 }),
          },
        ),
      "explained: status",
    ],
  ])("does not check the signature if %s", async (_title, inspection, detail) => {
    const { checks, ...rest } = await inspection();
    expect(checks.at(-1)).toEqual({ name: "signature", result: "not checked", detail });
    expect(rest).toEqual({});
  });
});
