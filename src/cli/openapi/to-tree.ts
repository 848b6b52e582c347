import { tooDeep } from "./faults.js";
import { failed, LIMITS, type Outcome } from "./limits.js";

/**
 * Returns a copy of JSON data in which no two places share an object. A value that contains itself, and one that is too large when
 * copied, is a fault.
 */
export function toTree(value: unknown): Outcome<unknown> {
  let nodes = 0;
  let isTooDeep = false;
  const tree = copy(value, 0);
  if (isTooDeep) return tooDeep();
  return nodes > LIMITS.nodes
    ? failed("too_large", `more than ${LIMITS.nodes} values after the files are put together`)
    : { ok: true, value: tree };

  function copy(from: unknown, depth: number): unknown {
    nodes += 1;
    isTooDeep ||= depth > LIMITS.depth;
    if (typeof from !== "object" || from === null) return from;
    if (isTooDeep || nodes > LIMITS.nodes) return undefined;
    if (Array.isArray(from)) return from.map((item) => copy(item, depth + 1));
    return Object.fromEntries(
      Object.entries(from).map(([key, member]) => [key, copy(member, depth + 1)]),
    );
  }
}
