import type { CompiledPolicy, Operation, OperationsByName } from "../policy/compiled-policy.js";
import { isToolName } from "../policy/tool-names.js";
import { type Clock, systemClock } from "./authentication.js";
import { createTokenMarks, type TokenMarks } from "./own-token.js";
import { combinePatterns, prepareOperation } from "./prepare.js";
import type { PreparedOperation } from "./prepared.js";
import { BITS } from "./token-scopes.js";
import { createTokenScopesReader, type TokenScopesReader } from "./token-scopes-reader.js";

/** The compiled tables of one policy, from which every decision is made. */
export interface Decider {
  readonly policy: CompiledPolicy;
  /** Whether each bit of `scopeBitsOf` is for one scope alone. */
  readonly isExact: boolean;
  /** What a token has that means something under the policy. */
  readonly marks: TokenMarks;
  readonly read: TokenScopesReader;
  /** Exact operations by name. */
  readonly operations: PreparedOperations;
  readonly patterns: readonly PreparedPattern[];
  /** The tables for code of the host, which knows internal operations too. */
  readonly fromCode: Pick<Decider, "operations" | "patterns">;
  readonly now: Clock;
}

/** Operations by name, each of which is prepared at its first call: a third of the time in which a policy of 10,000 tools loads. */
interface PreparedOperations {
  readonly get: (name: string) => PreparedOperation | undefined;
  /** Those that were called before. */
  readonly known: ReadonlyMap<unknown, PreparedOperation>;
  /** Returns the names in declared order, those of tools first. */
  readonly keys: () => Iterable<string>;
}

interface PreparedPattern {
  readonly matches: (name: string) => boolean;
  readonly hidden: boolean;
  readonly operation: PreparedOperation;
}

/**
 * Creates the decider of a compiled policy.
 *
 * @param now - the clock, which only operations with `maxAge` read
 */
export function createDecider(policy: CompiledPolicy, now: Clock = systemClock): Decider {
  const marks = createTokenMarks();
  const prepared = new Map<Operation, PreparedOperation>();
  const tiers = policy.tiers.length;
  const prepare = (operation: Operation): PreparedOperation => {
    const known = prepared.get(operation) ?? prepareOperation(operation, tiers);
    prepared.set(operation, known);
    return known;
  };
  const tablesOf = ({ operations, patterns }: OperationsByName) => ({
    operations: prepareLater(operations, prepare),
    patterns: patterns.map(({ matches, operation }) => ({
      matches,
      hidden: operation.hidden,
      operation: prepare(operation),
    })),
  });
  const tables = tablesOf(policy);
  const { fromCode } = policy;
  return {
    policy,
    isExact: policy.scopes.length <= BITS,
    marks,
    read: createTokenScopesReader(policy, marks),
    operations: tables.operations,
    patterns: tables.patterns,
    fromCode: fromCode.operations === policy.operations ? tables : tablesOf(fromCode),
    now,
  };
}

function prepareLater(
  operations: ReadonlyMap<string, Operation>,
  prepare: (operation: Operation) => PreparedOperation,
): PreparedOperations {
  const known = new Map<unknown, PreparedOperation>();
  return {
    known,
    get(name) {
      const operation = operations.get(name);
      if (operation === undefined) return undefined;
      const prepared = prepare(operation);
      known.set(name, prepared);
      return prepared;
    },
    keys: () => operations.keys(),
  };
}

/** Returns the operation of a name: its exact entry, otherwise the patterns that match it combined. */
export function operationOf(
  tables: Pick<Decider, "operations" | "patterns">,
  name: unknown,
): PreparedOperation | undefined {
  return tables.operations.known.get(name) ?? findOperation(tables, name);
}

/** Returns the operation of a name that was not called before. Not part of `operationOf`, which the engine shall inline. */
function findOperation(
  { operations, patterns }: Pick<Decider, "operations" | "patterns">,
  name: unknown,
): PreparedOperation | undefined {
  if (typeof name !== "string") return undefined;
  const exact = operations.get(name);
  if (exact !== undefined || patterns.length === 0 || !isToolName(name)) return exact;
  const matching = patterns.filter((pattern) => pattern.matches(name));
  return combinePatterns(
    name,
    matching.map((pattern) => pattern.operation),
  );
}
