import type { CompiledPolicy, Operation, OperationsByName } from "./compiled-policy.js";
import { isToolName } from "./tool-names.js";

type Tables = Pick<CompiledPolicy, "operations" | "patterns" | "router" | "fromCode">;

/**
 * Returns the tables of a policy without internal operations, for gates. An internal name or path stays unknown there even if a
 * pattern or another endpoint matches it: otherwise the weaker rule would decide on it.
 */
export function withoutInternal(all: OperationsByName, router: Tables["router"]): Tables {
  const { operations, patterns } = all;
  const isOpen = ({ internal }: Operation) => !internal;
  const shared = patterns.filter(({ operation }) => isOpen(operation));
  if (shared.length === patterns.length && [...operations.values()].every(isOpen)) {
    return { operations, patterns, router, fromCode: all };
  }
  const own = patterns.filter(({ operation }) => operation.internal);
  const isInternal = (name: string): boolean =>
    operations.get(name)?.internal ?? own.some(({ matches }) => matches(name));
  return {
    operations: new Map([...operations].filter(([, operation]) => isOpen(operation))),
    patterns: shared.map(({ matches, operation }) => ({
      matches: (name) => matches(name) && !isInternal(name),
      operation,
    })),
    router: {
      ...router,
      match: (...request) => {
        const match = router.match(...request);
        return match?.value.internal === true ? undefined : match;
      },
    },
    fromCode: all,
  };
}

/** Returns whether a name is that of an operation that no gate knows. */
export function isInternalName({ operations, fromCode }: CompiledPolicy, name: string): boolean {
  if (fromCode.operations === operations) return false;
  const exact = fromCode.operations.get(name);
  if (exact !== undefined || !isToolName(name)) return exact?.internal === true;
  return fromCode.patterns.some(({ matches, operation }) => operation.internal && matches(name));
}
