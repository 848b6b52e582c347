import { type CryptoKey, createLocalJWKSet, errors } from "jose";
import { readOwn } from "../decision/access-token.js";
import { isObject } from "../grammar/is-object.js";
import { type Clock, isWithin } from "./clock.js";
import { type Fetch, fetchJson } from "./fetch-json.js";
import type { JsonObject } from "./json-object.js";
import { createSingleFlight } from "./single-flight.js";
import { type OutageReason, VerifierOutage } from "./verifier-outage.js";

/** A JSON Web Key Set (RFC 7517, section 5). */
export interface KeySet {
  /** Public keys as JSON Web Keys. */
  readonly keys: readonly object[];
}

/**
 * Returns the keys that match a token's header: none if its `kid` is unknown, several if it has no `kid`. With an issuer, it uses
 * only the keys that may sign for this issuer.
 */
export type KeySource = (header: JsonObject, issuer?: string) => Promise<readonly CryptoKey[]>;

/** Age in milliseconds at which the verifier reads a key set again. */
export const KEY_SET_AGE = 600_000;
/** Time in milliseconds after a read of the key set in which an unknown key causes no other read. */
export const UNKNOWN_KEY_PAUSE = 30_000;
/** Time in milliseconds in which the verifier sends no request after the server returned no key set. */
export const FAILURE_PAUSE = 5_000;

export const MAX_KEY_SET_BYTES = 262_144;
/** Maximum number of keys that the verifier tries for a header without `kid`, which matches every key of its type. */
const MAX_TRIALS = 8;

type ResolveKey = ReturnType<typeof createLocalJWKSet>;

/** Returns the keys of a set that may sign for an issuer; without an issuer, all keys. */
type Resolve = (issuer: string | undefined) => ResolveKey;

/** Returns why a value is not a set of public keys; `undefined` for a set of public keys. */
export function keySetFault(value: unknown): string | undefined {
  const keys = readOwn(value, "keys");
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    return "expected a URL or a JSON Web Key Set with at least one key";
  }
  if (keys.some(isSecret))
    return "expected public keys only: at least one key is private or symmetric";
  return resolverOf(value) === undefined ? "expected keys that JSON can represent" : undefined;
}

function isSecret(key: JsonObject): boolean {
  const isPrivate = ["d", "priv"].some((name) => readOwn(key, name) !== undefined);
  return isPrivate || readOwn(key, "kty") === "oct";
}

/** Creates a key source from a key set in the options. */
export function localKeys(set: KeySet): KeySource {
  const resolve = resolverOf(set) as Resolve;
  return (header, issuer) => keysOf(resolve(issuer), header);
}

/** Returns a copy with the own member `keys`, since jose reads an inherited one too. */
function ownKeySet(set: unknown): Parameters<typeof createLocalJWKSet>[0] {
  return { keys: readOwn(set, "keys") } as Parameters<typeof createLocalJWKSet>[0];
}

function resolverOf(set: unknown): Resolve | undefined {
  try {
    const all = createLocalJWKSet(ownKeySet(set));
    // jose has copied the keys
    const { keys } = all.jwks();
    const byIssuer = new Map<string, ResolveKey>();
    return (issuer) => {
      if (issuer === undefined) return all;
      const known = byIssuer.get(issuer);
      if (known !== undefined) return known;
      const own = createLocalJWKSet({ keys: keys.filter((key) => maySign(key, issuer)) });
      byIssuer.set(issuer, own);
      return own;
    };
  } catch {
    return undefined;
  }
}

/**
 * Returns whether a key of a set that several tenants share may sign for an issuer. The member `issuer` of a key restricts it to one
 * issuer, or to every issuer of a template such as `https://login.microsoftonline.com/{tenantid}/v2.0`.
 *
 * {@link https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer Access tokens in the Microsoft identity platform, "Validate the issuer"}
 */
function maySign(key: object, issuer: string): boolean {
  if (!Object.hasOwn(key, "issuer")) return true;
  const owner = readOwn(key, "issuer");
  if (typeof owner !== "string") return false;
  const [start = "", end, more] = owner.split(/\{\w+\}/);
  if (end === undefined || more !== undefined) return owner === issuer;
  const tenant = issuer.slice(start.length, issuer.length - end.length);
  return `${start}${tenant}${end}` === issuer && /^[^/]+$/.test(tenant);
}

async function keysOf(resolve: ResolveKey, header: JsonObject): Promise<readonly CryptoKey[]> {
  try {
    return [await resolve(header)];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw new VerifierOutage("key");
    const keys: CryptoKey[] = [];
    for await (const key of error) if (keys.push(key) === MAX_TRIALS) break;
    return keys;
  }
}

/** Options of {@link remoteKeys}. */
export interface RemoteKeys {
  readonly url: string;
  readonly fetch: Fetch;
  /** Timeout of a request in milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
}

/**
 * Creates a key source that reads a key set from a server. Concurrent calls share one request. The source reads the set again
 * if it is old or if a key is unknown. An unknown key causes a request only after a pause, because an attacker can send any
 * unknown `kid`. After a failure the source pauses too.
 */
export function remoteKeys({ url, fetch, timeout, clock }: RemoteKeys): KeySource {
  let cached: CachedKeySet | undefined;
  let failure: { readonly reason: OutageReason; readonly at: number } | undefined;
  const flight = createSingleFlight<CachedKeySet>();
  const init = { headers: { accept: "application/jwk-set+json, application/json" } };

  const read = async (): Promise<CachedKeySet> => {
    const at = clock();
    if (failure !== undefined && isWithin(at, failure.at, FAILURE_PAUSE)) {
      throw new VerifierOutage(failure.reason);
    }
    try {
      const set = await fetchJson({
        url,
        init,
        fetch,
        timeout,
        maxBytes: MAX_KEY_SET_BYTES,
        mediaType: undefined,
      });
      const resolve = resolverOf(set);
      if (resolve === undefined) throw new VerifierOutage("malformed");
      cached = { resolve, at };
      return cached;
    } catch (error) {
      failure = { reason: (error as VerifierOutage).reason, at: clock() };
      throw error;
    }
  };

  /** Returns a set that was read at most `age` milliseconds ago. */
  const setWithin = async (age: number): Promise<CachedKeySet> =>
    cached !== undefined && isWithin(clock(), cached.at, age) ? cached : flight("", read);

  return async (header, issuer) => {
    const first = await setWithin(KEY_SET_AGE);
    const keys = await keysOf(first.resolve(issuer), header);
    if (keys.length > 0) return keys;
    const second = await setWithin(UNKNOWN_KEY_PAUSE);
    return second === first ? keys : keysOf(second.resolve(issuer), header);
  };
}

interface CachedKeySet {
  readonly resolve: Resolve;
  readonly at: number;
}
