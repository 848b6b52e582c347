import { readOwn } from "../decision/access-token.js";
import { isObject } from "../grammar/is-object.js";
import { nearest } from "../policy/suggest.js";
import type { Clock } from "./clock.js";
import type { Fetch } from "./fetch-json.js";
import { type IssuerOption, issuersOf, isTemplate } from "./issuers.js";
import type { JsonObject } from "./json-object.js";
import { type KeySet, type KeySource, keySetFault, localKeys, remoteKeys } from "./key-set.js";
import { quoted } from "./shown-value.js";
import { isServer } from "./verifier-options.js";

/** The keys of one issuer: the URL of a key set, or the key set itself. */
export type KeySetOption = URL | string | KeySet;

/** The keys of the issuers: one key set, or one for each issuer or tenant. */
export type KeysOption = KeySetOption | Readonly<Record<string, KeySetOption>>;

function isUrl(value: unknown): value is URL | string {
  return typeof value === "string" || value instanceof URL;
}

/** Returns whether a value is one key set, and not an object with one for each issuer or tenant. */
function isOne(value: unknown): value is KeySetOption {
  return isUrl(value) || (isObject(value) && Array.isArray(readOwn(value, "keys")));
}

function keySetOptionFault(value: unknown): string | undefined {
  return isUrl(value) ? isServer(value) : keySetFault(value);
}

/**
 * Returns what is wrong with the option `jwks`; `undefined` for nothing.
 *
 * @param issuer - the valid option `issuer`; `undefined` for an invalid one, which does not tell how many key sets there are
 */
export function keysFault(value: unknown, issuer: IssuerOption | undefined): string | undefined {
  if (issuer === undefined && isObject(value) && !isOne(value)) return undefined;
  if (issuer === undefined || typeof issuer === "string") return keySetOptionFault(value);
  if (isTemplate(issuer) && isOne(value)) return keySetOptionFault(value);
  const owner = isTemplate(issuer) ? "tenant" : "issuer";
  if (isOne(value) || !isObject(value)) {
    return `expected an object from each ${owner} to its key set, so that the keys of one cannot sign for another`;
  }
  const names = isTemplate(issuer) ? issuer.tenants : [issuer].flat();
  const faults = [
    ...names
      .filter((name) => !Object.hasOwn(value, name))
      .map((name) => `no key set for the ${owner} ${quoted(name)}`),
    ...Object.entries(value).flatMap(([name, source]) => {
      if (!names.includes(name)) return unknownName(name, owner, names);
      const fault = keySetOptionFault(source);
      return fault === undefined ? [] : `${quoted(name)}: ${fault}`;
    }),
  ];
  return faults.length === 0 ? undefined : faults.join("; ");
}

function unknownName(name: string, owner: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const question = meant === undefined ? "" : ` (did you mean ${quoted(meant)}?)`;
  return `${quoted(name)} is not the name of an accepted ${owner}${question}`;
}

/** What key sets are read with. */
interface Reading {
  readonly fetch: Fetch;
  /** Timeout of a request in milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
}

/** Returns the key source of each issuer. No source is asked about the token of another issuer. */
export function keySourcesOf(
  issuer: IssuerOption,
  jwks: KeysOption,
  reading: Reading,
): ReadonlyMap<string, KeySource> {
  const { tenants } = issuersOf(issuer);
  const sourceOf = (option: KeySetOption): KeySource =>
    isUrl(option) ? remoteKeys({ url: new URL(option).href, ...reading }) : localKeys(option);
  if (isOne(jwks)) {
    const source = sourceOf(jwks);
    // a template with one key set shares it between its tenants, as far as the keys allow it
    const isShared = isTemplate(issuer);
    return new Map(
      [...tenants.keys()].map((one) => [
        one,
        isShared ? (header: JsonObject) => source(header, one) : source,
      ]),
    );
  }
  const byName = new Map(Object.entries(jwks));
  return new Map(
    [...tenants].map(([one, tenant]) => [one, sourceOf(byName.get(tenant ?? one) as KeySetOption)]),
  );
}
