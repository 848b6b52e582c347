import { createHmac } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair } from "jose";
import { expect } from "vitest";
import type { Verify } from "../../src/resource-server/token-verifier.js";
import { detailedVerify, type RejectionReason } from "../../src/resource-server/verifier-result.js";
import type { JwtVerifierOptions } from "../../src/verify/jwt-options.js";

/** 22 November 2026, noon, in milliseconds since 1970. No test waits for a clock. */
export const NOW = Date.UTC(2026, 10, 22, 12);
const NOW_IN_SECONDS = NOW / 1_000;

export const ISSUER = "https://as.example.com";
export const AUDIENCE = "https://api.example.com/mcp";

const [rs256, es256, attacker, attackerEs256, next] = await Promise.all([
  generateKeyPair("RS256", { extractable: true }),
  generateKeyPair("ES256", { extractable: true }),
  generateKeyPair("RS256", { extractable: true }),
  generateKeyPair("ES256", { extractable: true }),
  generateKeyPair("ES256", { extractable: true }),
]);

/** Keys that sign: two of the issuer, its next key, and two of an attacker. */
export const SIGNERS = {
  "as-rs256": { alg: "RS256", kid: "as-1", ...rs256 },
  "as-es256": { alg: "ES256", kid: "as-2", ...es256 },
  "as-next": { alg: "ES256", kid: "as-3", ...next },
  "attacker-rs256": { alg: "RS256", kid: "as-1", ...attacker },
  "attacker-es256": { alg: "ES256", kid: "as-2", ...attackerEs256 },
} as const;

export type Signer = keyof typeof SIGNERS;
export type KeyName = Signer | "hmac-public-pem" | "hmac-empty" | "none";

export async function publicJwk(name: Signer, more: object = {}): Promise<Record<string, unknown>> {
  const { alg, kid, publicKey } = SIGNERS[name];
  return { ...(await exportJWK(publicKey)), alg, kid, use: "sig", ...more };
}

export const KEY_SET = { keys: [await publicJwk("as-rs256"), await publicJwk("as-es256")] };

const PEM = await exportSPKI(rs256.publicKey);

/** Claims of RFC 9068, as the issuer writes them. */
export const CLAIMS: Readonly<Record<string, unknown>> = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: "user-1",
  client_id: "app-1",
  iat: NOW_IN_SECONDS,
  exp: NOW_IN_SECONDS + 300,
  jti: "token-1",
  scope: "courses:read",
};

/** Returns the time a number of seconds after {@link NOW}, in seconds since 1970. */
export const inSeconds = (seconds: number): number => NOW_IN_SECONDS + seconds;

/** Parts of a token to mint. Members that are `undefined` are left out. */
export interface Minting {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: KeyName;
  /** JSON to use in place of `claims` and of `header`. */
  readonly claimsText?: string;
  readonly headerText?: string;
}

const encode = (text: string): string => Buffer.from(text).toString("base64url");

/** Creates a token with the usual header and claims, changed by `minting`. */
export async function mint(minting: Minting = {}): Promise<string> {
  const { claims, header, key = "as-rs256" } = minting;
  const signer = Object.hasOwn(SIGNERS, key) ? SIGNERS[key as Signer] : SIGNERS["as-rs256"];
  const usual = { alg: signer.alg, typ: "at+jwt", kid: signer.kid };
  const headerText = minting.headerText ?? JSON.stringify({ ...usual, ...header });
  const claimsText = minting.claimsText ?? JSON.stringify({ ...CLAIMS, ...claims });
  const input = `${encode(headerText)}.${encode(claimsText)}`;
  return `${input}.${await signatureOf(input, key)}`;
}

async function signatureOf(input: string, key: KeyName): Promise<string> {
  if (key === "none") return "";
  if (key === "hmac-public-pem" || key === "hmac-empty") {
    return createHmac("sha256", key === "hmac-empty" ? "" : PEM)
      .update(input)
      .digest("base64url");
  }
  const { alg, privateKey } = SIGNERS[key];
  const algorithm =
    alg === "RS256" ? { name: "RSASSA-PKCS1-v1_5" } : { name: "ECDSA", hash: "SHA-256" };
  const bytes = await crypto.subtle.sign(algorithm, privateKey, Buffer.from(input));
  return Buffer.from(bytes).toString("base64url");
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ES256_ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

/** Functions that change a token to another spelling or to a similar text. */
export const MUTATIONS = {
  "sig-last-char": (token: string) =>
    token.slice(0, -1) + (ALPHABET[ALPHABET.indexOf(token.at(-1) as string) ^ 1] as string),
  "sig-pad": (token: string) => `${token}==`,
  "sig-newline": (token: string) => `${token.slice(0, -4)}\n${token.slice(-4)}`,
  "trailing-space": (token: string) => `${token} `,
  "es256-flip-s": (token: string) => {
    const signature = Buffer.from(token.split(".")[2] as string, "base64url");
    const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
    const flipped = (ES256_ORDER - s).toString(16).padStart(64, "0");
    const other = Buffer.concat([signature.subarray(0, 32), Buffer.from(flipped, "hex")]);
    return withSignature(token, other.toString("base64url"));
  },
  "strip-sig": (token: string) => withSignature(token, ""),
  "two-parts": (token: string) => token.split(".").slice(0, 2).join("."),
  "append-part": (token: string) => `${token}.AAAA`,
  "payload-scope-write": (token: string) => {
    const [header, , signature] = token.split(".");
    const claims = encode(JSON.stringify({ ...CLAIMS, scope: "courses:read courses:write" }));
    return [header, claims, signature].join(".");
  },
  "sig-zero": (token: string) => {
    const length = Buffer.from(token.split(".")[2] as string, "base64url").length;
    return withSignature(token, Buffer.alloc(length).toString("base64url"));
  },
} as const;

function withSignature(token: string, signature: string): string {
  return [...token.split(".").slice(0, 2), signature].join(".");
}

/** Options of a verifier with a local key set and a clock at {@link NOW}. */
export const OPTIONS: JwtVerifierOptions = {
  issuer: ISSUER,
  audience: AUDIENCE,
  jwks: KEY_SET,
  algorithms: ["RS256", "ES256"],
  now: () => NOW_IN_SECONDS,
};

/** Creates a clock that a test advances. */
export function createTestClock(): { now: () => number; pass: (seconds: number) => void } {
  let time = NOW;
  return {
    now: () => time / 1_000,
    pass: (seconds) => {
      time += seconds * 1_000;
    },
  };
}

/** Returns the error that a call throws or rejects with; `undefined` without an error. */
export async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Result of a verification: a token, or the reason of the rejection. */
export type Outcome = "token" | RejectionReason;

/** Returns the result with its reason, and checks that the public function returns the token or `undefined` alone. */
export async function outcomeOf(verify: Verify, rawToken: string): Promise<Outcome> {
  const verdict = await detailedVerify(verify)?.(rawToken);
  const token = await verify(rawToken);
  if (verdict?.kind === "token") {
    expect(token).toEqual(verdict.token);
    return "token";
  }
  expect(token).toBeUndefined();
  return verdict?.reason as RejectionReason;
}
