import { type Decider, operationOf } from "../../decision/decider.js";
import { groupBy } from "../../grammar/entry-of.js";
import { endpointIdentity, HEAD } from "../../policy/endpoint-key.js";
import { endpointOf } from "./call-routes.js";
import type { ChangedOperation } from "./grant-changes.js";
import {
  type CallEntry,
  callEntriesOf,
  PATTERN_NAMES,
  type ProbeCall,
  probeCallsOf,
} from "./probe-calls.js";
import { searchWidenings } from "./search.js";
import { reversed, type Sides } from "./sides.js";
import { type DiffWitness, swapped, witnessOf } from "./witness.js";

/** What a change of a policy does to one operation. */
export interface OperationChange {
  /**
   * The name of the tool or endpoint under the newer policy; under the older one if it is removed. For names that only patterns
   * match: these patterns of both policies, sorted, as `*_all + list_*`.
   */
  readonly name: string;
  /** The name of the endpoint under the older policy, if only names of path parameters or letter case differ. */
  readonly previousName?: string;
  /**
   * `wider`: a call that was denied is allowed or enriched now. `narrower`: the reverse. `different`: both, or the search stopped at
   * its limit. `added`, `removed`: only one policy knows the operation.
   */
  readonly change: "wider" | "narrower" | "different" | "equal" | "added" | "removed";
  /** A call that shows the change. Absent for `equal`, for an added or removed operation that denies every call, and if none was found. */
  readonly witness?: DiffWitness;
  /** With `different`: a call that is allowed or enriched under the older policy only; `witness` is the reverse. */
  readonly narrowing?: DiffWitness;
}

/** The changes of all operations, and those for which nothing is proved. */
export interface OperationChanges {
  readonly operations: readonly OperationChange[];
  readonly unproved: readonly string[];
  /** The operations that are not equal, with their calls. */
  readonly changed: readonly ChangedOperation[];
}

/** The entries that are one operation under both policies, and its name under each; `undefined` if the policy does not know it. */
interface EntryGroup {
  readonly entries: readonly CallEntry[];
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The result of the search in one direction. */
interface Direction {
  readonly witness: DiffWitness | undefined;
  readonly isComplete: boolean;
}

/** Returns the changes of the operations of two policies: those of `before` in declared order, then the added ones, then patterns. */
export function operationChanges(sides: Sides, time: number): OperationChanges {
  const { before, after } = sides;
  const { entries, isComplete } = callEntriesOf(before.policy, after.policy, true);
  const wider = callsByName(entries, sides);
  const narrower = callsByName(entries, reversed(sides));
  const changes = groupEntries(entries, sides).map((group) => {
    const calls = { before: inGroup(group, narrower), after: inGroup(group, wider) };
    const lost = searchAll(calls.before, reversed(sides), time);
    const { operation, isProved } = changeOf(group, searchAll(calls.after, sides, time), {
      ...lost,
      witness: lost.witness && swapped(lost.witness),
    });
    return { operation, isProved, changed: { name: operation.name, ...calls } };
  });
  return {
    operations: changes.map(({ operation }) => operation),
    unproved: [
      ...changes.flatMap(({ operation, isProved }) => (isProved ? [] : operation.name)),
      ...(isComplete ? [] : [PATTERN_NAMES]),
    ],
    changed: changes.flatMap(({ operation, changed }) =>
      operation.change === "equal" ? [] : changed,
    ),
  };
}

/** Returns the calls of the policy `after` by the name of their entry. */
function callsByName(entries: readonly CallEntry[], sides: Sides) {
  return groupBy(probeCallsOf(entries, sides), ({ entry }) => entry.name);
}

/** Returns the calls of the entries of a group. */
function inGroup(
  { entries }: EntryGroup,
  calls: ReadonlyMap<string, readonly ProbeCall[]>,
): readonly ProbeCall[] {
  return entries.flatMap(({ name }) => calls.get(name) ?? []);
}

/** Searches calls for the first one that is allowed or enriched under `after` only. */
function searchAll(calls: readonly ProbeCall[], sides: Sides, time: number): Direction {
  const results = calls.map((target) => ({ target, ...searchWidenings(target, sides, 1) }));
  const [first] = results.flatMap(({ target, found }) =>
    found.map((one) => witnessOf(one, target, sides, time)),
  );
  return { witness: first, isComplete: results.every(({ isComplete }) => isComplete) };
}

/** Returns the entries by operation. Names of one endpoint are one operation, and so is a HEAD beside the GET that serves it. */
function groupEntries(entries: readonly CallEntry[], sides: Sides): readonly EntryGroup[] {
  const keyOf = ({ name }: CallEntry) => {
    const key = identityOf(name);
    // every HEAD of a policy is beside its GET
    return key.startsWith(`${HEAD} `) ? `GET${key.slice(HEAD.length)}` : key;
  };
  return [...groupBy(entries, keyOf).values()].map((group) => {
    const knownTo = ({ fromCode }: Decider) => {
      const known = group.filter(({ name }) => operationOf(fromCode, name) !== undefined);
      return (known.find(({ name }) => !name.startsWith(`${HEAD} `)) ?? known[0])?.title;
    };
    return { entries: group, before: knownTo(sides.before), after: knownTo(sides.after) };
  });
}

/** Returns a text that is equal for two names of one operation. */
function identityOf(name: string): string {
  const endpoint = endpointOf(name);
  return endpoint === undefined ? name : endpointIdentity(endpoint);
}

function changeOf({ before, after }: EntryGroup, wider: Direction, narrower: Direction) {
  const isProved = wider.isComplete && narrower.isComplete;
  // what is not proved counts as changed in both directions
  const isWider = wider.witness !== undefined || !isProved;
  const isNarrower = narrower.witness !== undefined || !isProved;
  const change: OperationChange["change"] =
    before === undefined
      ? "added"
      : after === undefined
        ? "removed"
        : CHANGES[`${isWider}-${isNarrower}`];
  const witness = wider.witness ?? narrower.witness;
  const operation: OperationChange = {
    name: (after ?? before) as string,
    ...(before !== undefined &&
      after !== undefined &&
      before !== after && { previousName: before }),
    change,
    ...(witness && { witness }),
    ...(wider.witness && narrower.witness && { narrowing: narrower.witness }),
  };
  return { operation, isProved };
}

const CHANGES = {
  "true-true": "different",
  "true-false": "wider",
  "false-true": "narrower",
  "false-false": "equal",
} as const;
