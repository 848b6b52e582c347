// Tokens of the corpus, signed without a JWT library, which would refuse to create most of them.
import { createHmac, randomUUID, sign } from "node:crypto";
import {
  dropAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  member,
  Skip,
  textOf,
} from "./corpus.js";
import { KEYS, publicPem } from "./keys.js";

export interface Issuing {
  readonly issuer: Json | undefined;
  readonly resource: Json | undefined;
  readonly now: number;
}

type Signer = (input: string, alg: string) => Buffer;

interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly sign: Signer;
}

const NOTHING = Buffer.alloc(0);
const hash = (alg: string) => `sha${/(256|384|512)$/.exec(alg)?.[1] ?? "256"}`;
const rsaWith =
  (name: "as-rs256" | "attacker-rs256"): Signer =>
  (input, alg) => {
    const isPss = alg.startsWith("PS");
    const pss = { padding: 6, saltLength: -1 }; // RSASSA-PSS, salt as long as the digest
    const key = { key: KEYS[name]().privateKey, ...(isPss && pss) };
    return sign(hash(alg), Buffer.from(input), key);
  };
const ecWith =
  (name: "as-es256" | "attacker-es256"): Signer =>
  (input) =>
    sign("sha256", Buffer.from(input), {
      key: KEYS[name]().privateKey,
      dsaEncoding: "ieee-p1363",
    });
const hmacWith =
  (secret: () => string): Signer =>
  (input, alg) =>
    createHmac(hash(alg), secret()).update(input).digest();

const SIGNING_KEYS: ReadonlyMap<string, SigningKey> = new Map([
  ["as-rs256", { alg: "RS256", kid: "as-1", sign: rsaWith("as-rs256") }],
  ["as-es256", { alg: "ES256", kid: "as-2", sign: ecWith("as-es256") }],
  ["attacker-rs256", { alg: "RS256", kid: "as-1", sign: rsaWith("attacker-rs256") }],
  ["attacker-es256", { alg: "ES256", kid: "as-2", sign: ecWith("attacker-es256") }],
  ["hmac-public-pem", { alg: "HS256", kid: "as-1", sign: hmacWith(publicPem) }],
  ["hmac-empty", { alg: "HS256", kid: "as-1", sign: hmacWith(() => "") }],
  ["none", { alg: "none", kid: "as-1", sign: () => NOTHING }],
]);

const JWT_MEMBERS = new Set("kind header claims key headerText claimsText mutate".split(" "));

/** Creates a JWT of the dialect from expanded `header`, `claims`, `key`, `headerText`, `claimsText` and `mutate`. */
export function mintJwt(token: JsonObject, issuing: Issuing): string {
  for (const name of Object.keys(token)) {
    if (!JWT_MEMBERS.has(name)) throw new Skip(`unknown member \`${name}\` of a token`);
  }
  const name = textOf(member(token, "key") ?? "as-rs256");
  const key = SIGNING_KEYS.get(name);
  if (key === undefined) throw new Skip(`unknown key \`${name}\``);
  const usualHeader = { alg: key.alg, typ: "at+jwt", kid: key.kid };
  const header = partOf(token, "header", "headerText", usualHeader);
  const claims = partOf(token, "claims", "claimsText", usualClaims(issuing));
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = key.sign(input, algOf(header) ?? key.alg);
  return mutate(`${input}.${signature.toString("base64url")}`, member(token, "mutate"));
}

function usualClaims({ issuer, resource, now }: Issuing): JsonObject {
  return {
    iss: issuer,
    aud: resource,
    sub: "user-1",
    client_id: "app-1",
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
  };
}

function partOf(token: JsonObject, key: string, textKey: string, usual: JsonObject): string {
  const text = member(token, textKey);
  if (typeof text === "string") return withDefaults(text, usual);
  const given = member(token, key);
  if (given === undefined) return JSON.stringify(usual);
  if (!isObject(given)) return JSON.stringify(given);
  const merged = Object.fromEntries([...Object.entries(usual), ...Object.entries(given)]);
  return JSON.stringify(dropAbsent(merged));
}

/** Replaces `$DEFAULTS` in raw text with the default members, or with the default object if only that is valid. */
function withDefaults(text: string, usual: JsonObject): string {
  const whole = JSON.stringify(usual);
  const members = whole.slice(1, -1);
  const quoted = /"\$DEFAULTS"\s*:\s*(?:true|null|0|1|""|\{\})/g;
  const asMembers = text.replace(quoted, () => members).replace(/\$DEFAULTS/g, () => members);
  if (isJson(asMembers)) return asMembers;
  const asWhole = text.replace(/\$DEFAULTS/g, () => whole);
  return isJson(asWhole) ? asWhole : asMembers;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function algOf(header: string): string | undefined {
  try {
    const alg = member(JSON.parse(header), "alg");
    return typeof alg === "string" ? alg : undefined;
  } catch {
    return undefined;
  }
}

const encode = (text: string) => Buffer.from(text, "utf8").toString("base64url");
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

type Parts = readonly [header: string, payload: string, signature: string];

const MUTATIONS: ReadonlyMap<string, (parts: Parts, token: string) => string> = new Map<
  string,
  (parts: Parts, token: string) => string
>([
  [
    "sig-last-char",
    ([header, payload, signature]) => {
      const last = ALPHABET.indexOf(signature.at(-1) ?? "A");
      return `${header}.${payload}.${signature.slice(0, -1)}${ALPHABET[last ^ 1]}`;
    },
  ],
  ["sig-pad", (_, token) => `${token}==`],
  [
    "sig-newline",
    ([header, payload, signature]) =>
      `${header}.${payload}.${signature.slice(0, 10)}\n${signature.slice(10)}`,
  ],
  ["trailing-space", (_, token) => `${token} `],
  [
    "es256-flip-s",
    ([header, payload, signature]) => {
      const bytes = Buffer.from(signature, "base64url");
      const s = BigInt(`0x${bytes.subarray(32).toString("hex")}`);
      const flipped = Buffer.from((P256_ORDER - s).toString(16).padStart(64, "0"), "hex");
      const text = Buffer.concat([bytes.subarray(0, 32), flipped]).toString("base64url");
      return `${header}.${payload}.${text}`;
    },
  ],
  ["strip-sig", ([header, payload]) => `${header}.${payload}.`],
  ["two-parts", ([header, payload]) => `${header}.${payload}`],
  ["append-part", (_, token) => `${token}.AAAA`],
  [
    "payload-scope-write",
    ([header, payload, signature]) => {
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as JsonObject;
      const widened = { ...claims, scope: "courses:read courses:write" };
      return `${header}.${encode(JSON.stringify(widened))}.${signature}`;
    },
  ],
  [
    "sig-zero",
    ([header, payload, signature]) => {
      const zeros = Buffer.alloc(Buffer.from(signature, "base64url").length);
      return `${header}.${payload}.${zeros.toString("base64url")}`;
    },
  ],
]);

/** Applies a list of mutations, in order. */
export function mutate(token: string, list: Json | undefined): string {
  return listOf(list).reduce<string>((text, name) => {
    const mutation = MUTATIONS.get(textOf(name));
    if (mutation === undefined) throw new Skip(`unknown mutation \`${textOf(name)}\``);
    const [header = "", payload = "", signature = ""] = text.split(".");
    return mutation([header, payload, signature], text);
  }, token);
}
