import { type CryptoKey, createLocalJWKSet, errors } from "jose";
import { readOwn } from "../decision/access-token.js";
import { isObject } from "../grammar/is-object.js";
import { askJson, type Fetch } from "./ask-json.js";
import { type Clock, isWithin } from "./clock.js";
import type { JsonObject } from "./json-object.js";
import { type OutageReason, VerifierOutage } from "./outage.js";
import { newSingleFlight } from "./single-flight.js";

/** A JSON Web Key Set (RFC 7517, section 5). */
export interface KeySet {
  readonly keys: readonly object[];
}

/** The keys that a header could mean: none for an unknown one, several where it names none. */
export type KeySource = (header: JsonObject) => Promise<readonly CryptoKey[]>;

/** After how many milliseconds a key set is read again. */
export const KEY_SET_AGE = 600_000;
/** For how many milliseconds after it has been read an unknown key is unknown. */
export const UNKNOWN_KEY_PAUSE = 30_000;
/** For how many milliseconds a server that gave no key set is not asked again. */
export const FAILURE_PAUSE = 5_000;

const MAX_KEY_SET_BYTES = 262_144;
/** A header without `kid` can mean every key of its kind: more of them are not tried. */
const MAX_TRIALS = 8;

type Resolve = ReturnType<typeof createLocalJWKSet>;

/** Returns why a value is not a set of public keys; `undefined` for one that is. */
export function keySetFault(value: unknown): string | undefined {
  const keys = readOwn(value, "keys");
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isObject)) {
    return "expected a URL, or a JSON Web Key Set with at least one key";
  }
  if (keys.some(isSecret)) return "expected public keys: one of these is private or shared";
  return resolverOf(value) === undefined ? "expected keys of plain JSON" : undefined;
}

function isSecret(key: JsonObject): boolean {
  const isPrivate = ["d", "priv"].some((name) => readOwn(key, name) !== undefined);
  return isPrivate || readOwn(key, "kty") === "oct";
}

/** Returns the keys of a set that the program holds. */
export function localKeys(set: KeySet): KeySource {
  const resolve = createLocalJWKSet(ownSet(set));
  return (header) => keysOf(resolve, header);
}

/** jose reads `keys` of a prototype, too. */
function ownSet(set: unknown): Parameters<typeof createLocalJWKSet>[0] {
  return { keys: readOwn(set, "keys") } as Parameters<typeof createLocalJWKSet>[0];
}

function resolverOf(set: unknown): Resolve | undefined {
  try {
    return createLocalJWKSet(ownSet(set));
  } catch {
    return undefined;
  }
}

async function keysOf(resolve: Resolve, header: JsonObject): Promise<readonly CryptoKey[]> {
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

/** Where a key set is read. */
export interface RemoteKeys {
  readonly url: string;
  readonly fetch: Fetch;
  /** In milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
}

/**
 * The keys of a set that a server holds. It is asked once for all who wait, again when the set is old or a key is unknown
 * (but then only after a pause, since anybody can name a key that nobody has), and after a failure only after a pause.
 */
export function remoteKeys({ url, fetch, timeout, clock }: RemoteKeys): KeySource {
  let known: Known | undefined;
  let failure: { readonly reason: OutageReason; readonly at: number } | undefined;
  const flight = newSingleFlight<Known>();
  const init = { headers: { accept: "application/jwk-set+json, application/json" } };

  const read = async (): Promise<Known> => {
    const at = clock();
    if (failure !== undefined && isWithin(at, failure.at, FAILURE_PAUSE)) {
      throw new VerifierOutage(failure.reason);
    }
    try {
      const set = await askJson({
        url,
        init,
        fetch,
        timeout,
        maxBytes: MAX_KEY_SET_BYTES,
        mediaType: undefined,
      });
      const resolve = resolverOf(set);
      if (resolve === undefined) throw new VerifierOutage("malformed");
      known = { resolve, at };
      return known;
    } catch (error) {
      failure = { reason: (error as VerifierOutage).reason, at: clock() };
      throw error;
    }
  };

  /** A set that has been read within so many milliseconds. */
  const setWithin = async (age: number): Promise<Known> =>
    known !== undefined && isWithin(clock(), known.at, age) ? known : flight("", read);

  return async (header) => {
    const first = await setWithin(KEY_SET_AGE);
    const keys = await keysOf(first.resolve, header);
    if (keys.length > 0) return keys;
    const second = await setWithin(UNKNOWN_KEY_PAUSE);
    return second === first ? keys : keysOf(second.resolve, header);
  };
}

interface Known {
  readonly resolve: Resolve;
  readonly at: number;
}
