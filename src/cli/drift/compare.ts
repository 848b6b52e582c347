import { findEndpoint } from "../../decision/find-endpoint.js";
import { groupBy } from "../../grammar/entry-of.js";
import { type CompiledPolicy, isHardDenial, type Operation } from "../../policy/compiled-policy.js";
import { endsInCatchAll, splitEndpoint } from "../../policy/endpoint-key.js";
import { isToolName } from "../../policy/tool-names.js";
import type { SourceOperation, UnplacedOperation } from "../source/source.js";
import { compareRules, type RuleDifference } from "./compare-rules.js";
import {
  differingMembers,
  type Fingerprints,
  fingerprintsOf,
  keyOf,
  type NamedFingerprint,
} from "./fingerprint.js";
import { identityOf, requestOf } from "./operation-identity.js";

/** An operation of the policy that the source does not have. */
export interface GoneOperation {
  readonly name: string;
  /** Whether a gate with this policy would list the tool for some clients or account types only, so that it may still be there. */
  readonly isUnlisted: boolean;
}

/** An operation of the source that the policy does not have. */
export interface UnmappedOperation {
  readonly name: string;
  /** Whether the policy declares it as `internal`, so that no gate knows it. */
  readonly isInternal: boolean;
  /** Whether no policy can have it: the name is that of the source, and can look like that of another operation. */
  readonly isUnnameable: boolean;
}

/** An operation that is not what it was, or whose rule in the document is not that of the policy. */
export interface ChangedOperation {
  readonly name: string;
  /** The members of its descriptor whose digests differ from the kept ones. */
  readonly members: readonly string[];
  /** Whether fingerprints are kept, but none of this operation. */
  readonly isNew: boolean;
  /** The rules, if they differ. */
  readonly rule: RuleDifference | undefined;
}

/** An operation that has another name: the kept fingerprint of the old name is that of the new one. */
export interface RenamedOperation {
  readonly from: string;
  readonly to: string;
}

/** The differences between a policy and a source, each list in the order of the names. */
export interface Drift {
  readonly gone: readonly GoneOperation[];
  readonly unmapped: readonly UnmappedOperation[];
  readonly changed: readonly ChangedOperation[];
  readonly renamed: readonly RenamedOperation[];
}

/** What {@link compareWithSource} compares. */
export interface Comparison {
  readonly policy: CompiledPolicy;
  /** What the source has: an MCP server has tools, and a document has endpoints. */
  readonly kind: SourceOperation["kind"];
  /** The operations of the source. Those of another kind are ignored. */
  readonly operations: readonly SourceOperation[];
  /** The operations of the source that no policy can have. Default: none. */
  readonly unnameable?: readonly UnplacedOperation[];
  /** The policy that follows from a document; `undefined` for a source without rules. */
  readonly given: CompiledPolicy | undefined;
  /** The fingerprints of the last review; `undefined` without any. */
  readonly kept: Fingerprints | undefined;
}

/** Compares a policy with a source. The order of operations and of keys in their descriptors does not count. */
export function compareWithSource(comparison: Comparison): Drift {
  const { policy, kind, kept, unnameable = [] } = comparison;
  const found = findOperations(comparison);
  const mapped = found.filter(({ entries }) => entries.length > 0);
  const seen = new Set(mapped.flatMap(({ entries }) => entries));
  const absent = [
    ...policy.operations.values(),
    ...policy.patterns.map(({ operation }) => operation),
  ].filter((operation) => operation.kind === kind && !seen.has(operation));
  const unmapped = found.filter(({ entries }) => entries.length === 0);
  const renamed = findRenamed(absent, unmapped, kept);
  const oldNames = new Set(renamed.map(({ from }) => from));
  const newNames = new Set(renamed.map(({ to }) => to));
  const internal = internalNames(policy, kind);
  return {
    gone: absent
      .filter((operation) => mustBeThere(operation) && !oldNames.has(operation.name))
      .map((operation) => ({
        name: operation.name,
        isUnlisted: kind === "tool" && isForSomeClients(operation),
      }))
      .sort(byName),
    unmapped: [
      ...unmapped
        .filter(({ name }) => !newNames.has(name))
        .map(({ name, identity }) => ({
          name,
          isInternal: internal.has(identity),
          isUnnameable: false,
        })),
      ...[...groupBy(unnameable, ({ name }) => name).keys()].map((name) => ({
        name,
        isInternal: false,
        isUnnameable: true,
      })),
    ].sort(byName),
    changed: mapped.flatMap((one) => changeOf(one, policy, kept)).sort(byName),
    renamed,
  };
}

/** Returns whether a source differs from the policy. */
export function hasDrift(drift: Drift): boolean {
  return Object.values(drift).some((list: readonly unknown[]) => list.length > 0);
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

/** An operation of the source. */
interface FoundOperation extends NamedFingerprint {
  readonly identity: string;
  /** The operations of the policy that are for it: its entry, otherwise the catch-all that decides on it; of tools, also patterns. */
  readonly entries: readonly Operation[];
  /** The rule that the source assigns to it; `undefined` without one. */
  readonly given: Operation | undefined;
}

function findOperations({
  policy,
  kind,
  operations,
  given,
}: Comparison): readonly FoundOperation[] {
  const ofKind = operations.filter((operation) => operation.kind === kind);
  const assigned = ofKind.filter(({ rule }) => rule !== undefined);
  const withRule = new Set(assigned.map(({ name }) => identityOf(kind, name)));
  const rules = given === undefined ? undefined : endpointsByIdentity(given);
  const entriesOf = kind === "tool" ? createToolFinder(policy) : createEndpointFinder(policy);
  return [...fingerprintsOf(ofKind)].map(([identity, { name, fingerprint }]) => ({
    identity,
    name,
    fingerprint,
    entries: entriesOf(name),
    given: withRule.has(identity) ? rules?.get(identity)?.[0] : undefined,
  }));
}

type OperationFinder = (name: string) => readonly Operation[];

function createToolFinder({ operations, patterns }: CompiledPolicy): OperationFinder {
  return (name) => {
    if (!isToolName(name)) return [];
    const matching = patterns.filter(({ matches }) => matches(name));
    return [operations.get(name) ?? [], ...matching.map(({ operation }) => operation)].flat();
  };
}

function createEndpointFinder(policy: CompiledPolicy): OperationFinder {
  const exact = endpointsByIdentity(policy);
  return (name) => {
    const entry = exact.get(identityOf("endpoint", name));
    if (entry !== undefined) return entry;
    const match = findEndpoint(policy, requestOf(name, "probe"));
    const isDecided = match !== undefined && endsInCatchAll(splitEndpoint(match.name));
    const catchAll = isDecided ? exact.get(identityOf("endpoint", match.name)) : undefined;
    return catchAll ?? [];
  };
}

/** Returns the endpoints that gates know; an endpoint of HEAD is beside the one of GET that it repeats. */
function endpointsByIdentity({
  operations,
}: Pick<CompiledPolicy, "operations">): ReadonlyMap<string, readonly Operation[]> {
  const endpoints = [...operations.values()].filter(({ kind }) => kind === "endpoint");
  return groupBy(endpoints, ({ name }) => identityOf("endpoint", name));
}

function internalNames(
  { fromCode }: CompiledPolicy,
  kind: SourceOperation["kind"],
): ReadonlySet<string> {
  const internal = [...fromCode.operations.values()].filter((operation) => operation.internal);
  return new Set(internal.map(({ name }) => identityOf(kind, name)));
}

/**
 * Returns whether an operation of the policy must be in the source. A hidden one is in no list. One that denies every call opens
 * nothing, and a gate does not list it.
 */
function mustBeThere(operation: Operation): boolean {
  return !operation.hidden && !isHardDenial(operation);
}

/** Returns whether a gate lists a tool for some clients or account types only, even if consent could give every scope. */
function isForSomeClients({ public: isPublic, rules }: Operation): boolean {
  const alternatives = rules.flatMap((rule) => rule.alternatives);
  return (
    !isPublic &&
    alternatives.every(
      ({ reserved, restricted, typeConditions }) =>
        reserved || restricted || typeConditions.length > 0,
    )
  );
}

/** Returns the pairs of an absent and an unmapped operation with one fingerprint that no other operation of the two has. */
function findRenamed(
  absent: readonly Operation[],
  unmapped: readonly FoundOperation[],
  kept: Fingerprints = new Map(),
): readonly RenamedOperation[] {
  const old = absent.flatMap(({ kind, name }) => {
    const known = kept.get(identityOf(kind, name));
    return known === undefined ? [] : [{ name, fingerprint: known.fingerprint }];
  });
  const byFingerprint = groupBy(old, ({ fingerprint }) => keyOf(fingerprint));
  return [...groupBy(unmapped, ({ fingerprint }) => keyOf(fingerprint))]
    .flatMap(([key, [to, ...others]]) => {
      const [from, ...more] = byFingerprint.get(key) ?? [];
      const isPair = others.length + more.length === 0;
      return from && to && isPair ? [{ from: from.name, to: to.name }] : [];
    })
    .sort((one, other) => (one.from < other.from ? -1 : 1));
}

function changeOf(
  { identity, name, fingerprint, entries, given }: FoundOperation,
  policy: CompiledPolicy,
  kept: Fingerprints | undefined,
): readonly ChangedOperation[] {
  const known = kept?.get(identity);
  const members = known === undefined ? [] : differingMembers(known.fingerprint, fingerprint);
  const isNew = kept !== undefined && known === undefined;
  const [own] = entries;
  const rule = own && given && compareRules(policy, own, given);
  return members.length > 0 || isNew || rule !== undefined ? [{ name, members, isNew, rule }] : [];
}
