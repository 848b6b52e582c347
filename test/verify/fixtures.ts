import { base64url, exportJWK, exportSPKI, generateKeyPair } from "jose";
import { expect } from "vitest";
import type { Verify } from "../../src/resource-server/token-verifier.js";
import {
  detailedVerify,
  type RejectedToken,
  type RejectionReason,
} from "../../src/resource-server/verifier-result.js";
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

/** Creates a token with the usual header and claims, changed by `minting`. */
export async function mint(minting: Minting = {}): Promise<string> {
  const { claims, header, key = "as-rs256" } = minting;
  const signer = Object.hasOwn(SIGNERS, key) ? SIGNERS[key as Signer] : SIGNERS["as-rs256"];
  const usual = { alg: signer.alg, typ: "at+jwt", kid: signer.kid };
  const headerText = minting.headerText ?? JSON.stringify({ ...usual, ...header });
  const claimsText = minting.claimsText ?? JSON.stringify({ ...CLAIMS, ...claims });
  const input = `${base64url.encode(headerText)}.${base64url.encode(claimsText)}`;
  return `${input}.${await signatureOf(input, key)}`;
}

async function signatureOf(input: string, key: KeyName): Promise<string> {
  if (key === "none") return "";
  if (key === "hmac-public-pem" || key === "hmac-empty") {
    return hmacOf(input, key === "hmac-empty" ? "\0" : PEM);
  }
  const { alg, privateKey } = SIGNERS[key];
  const algorithm =
    alg === "RS256" ? { name: "RSASSA-PKCS1-v1_5" } : { name: "ECDSA", hash: "SHA-256" };
  const bytes = await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(input));
  return base64url.encode(new Uint8Array(bytes));
}

/** RFC 2104 fills a key with zero bytes, so `"\0"` is the empty key, which WebCrypto refuses. */
async function hmacOf(input: string, secret: string): Promise<string> {
  const [key, data] = [secret, input].map((text) => new TextEncoder().encode(text)) as [
    Uint8Array<ArrayBuffer>,
    Uint8Array<ArrayBuffer>,
  ];
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return base64url.encode(new Uint8Array(await crypto.subtle.sign("HMAC", imported, data)));
}

/** Returns bytes, first byte first, as a number. */
const numberOf = (bytes: Uint8Array): bigint =>
  bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);

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
    const signature = base64url.decode(token.split(".")[2] as string);
    const flipped = (ES256_ORDER - numberOf(signature.subarray(32))).toString(16).padStart(64, "0");
    const bytes = (flipped.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
    signature.set(bytes, 32);
    return withSignature(token, base64url.encode(signature));
  },
  "strip-sig": (token: string) => withSignature(token, ""),
  "two-parts": (token: string) => token.split(".").slice(0, 2).join("."),
  "append-part": (token: string) => `${token}.AAAA`,
  "payload-scope-write": (token: string) => {
    const [header, , signature] = token.split(".");
    const claims = base64url.encode(
      JSON.stringify({ ...CLAIMS, scope: "courses:read courses:write" }),
    );
    return [header, claims, signature].join(".");
  },
  "sig-zero": (token: string) => {
    const { length } = base64url.decode(token.split(".")[2] as string);
    return withSignature(token, base64url.encode(new Uint8Array(length)));
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

/** Returns the rejection of a token with its detail. Throws for an accepted token. */
export async function rejectionOf(verify: Verify, rawToken: string): Promise<RejectedToken> {
  const verdict = await detailedVerify(verify)?.(rawToken);
  if (verdict?.kind !== "rejected") throw new Error("the token was accepted");
  return verdict;
}
