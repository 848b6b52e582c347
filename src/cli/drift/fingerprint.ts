import { groupBy } from "../../grammar/entry-of.js";
import { canonicalJson, digestOf, MAX_DEPTH } from "../source/digest.js";
import type { SourceOperation } from "../source/source.js";
import { UsageError } from "../terminal/io.js";
import { identityOf } from "./operation-identity.js";

/** The digests of the members of a descriptor, by the name of the member. A member that is missing has none. */
export type Fingerprint = ReadonlyMap<string, string>;

/** The fingerprint of an operation under the name that the source gives it. */
export interface NamedFingerprint {
  readonly name: string;
  readonly fingerprint: Fingerprint;
}

/** Fingerprints by the identity of their operation. */
export type Fingerprints = ReadonlyMap<string, NamedFingerprint>;

/**
 * Returns the fingerprints of the operations of a source. Operations with one identity have one fingerprint. Their order does not count,
 * but which members belong together does.
 *
 * @throws {@link UsageError} for a descriptor that is not JSON or is too deep
 */
export function fingerprintsOf(operations: readonly SourceOperation[]): Fingerprints {
  const groups = groupBy(operations, ({ kind, name }) => identityOf(kind, name));
  return new Map(
    [...groups].map(([identity, group]) => {
      const [name = ""] = group.map((one) => one.name).sort();
      return [identity, { name, fingerprint: fingerprintOf(group) }];
    }),
  );
}

function fingerprintOf(group: readonly SourceOperation[]): Fingerprint {
  const [first = new Map<string, string>(), ...others] = group
    .map(({ name, descriptor }) => digestsOf(name, descriptor))
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  if (others.length === 0) return first;
  const all = [first, ...others];
  const members = new Set(all.flatMap((digests) => [...digests.keys()]));
  return new Map(
    [...members].map((member) => {
      const parts = all.map((digests) => digests.get(member) ?? "none");
      return [member, digestOf(parts.join(" "))];
    }),
  );
}

function digestsOf(name: string, descriptor: SourceOperation["descriptor"]): Fingerprint {
  const members = Object.entries(descriptor).filter(([, value]) => value !== undefined);
  return new Map(
    members.map(([key, value]) => [key, digestOf(canonicalOrFault(name, key, value))]),
  );
}

/** Returns a text that is equal for equal fingerprints only. */
export function keyOf(fingerprint: Fingerprint): string {
  return JSON.stringify([...fingerprint].sort());
}

/** Returns the names of the members whose digests differ, in alphabetical order. */
export function differingMembers(one: Fingerprint, other: Fingerprint): readonly string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name)).sort();
}

function canonicalOrFault(name: string, member: string, value: unknown): string {
  const canonical = canonicalJson(value);
  if (canonical !== undefined) return canonical;
  const fault = `is not JSON, or has more than ${MAX_DEPTH} levels`;
  throw new UsageError(`no fingerprint for \`${name}\`: \`${member}\` ${fault}`);
}
