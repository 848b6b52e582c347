import { anyText } from "../../src/grammar/any-value.js";

/** Names of members that differ from run to run. */
const VARYING: ReadonlySet<string> = new Set(["id", "time", "requestId", "request_id"]);
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const ISO = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/**
 * Returns a result as plain data with own members only. The data of two runs is equal if a program sees no difference: functions
 * by their kind, errors by their name, message and own members, sets and maps by their entries.
 */
export function recordOf(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === "function") return "(function)";
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return `(${typeof value}) ${anyText(value)}`;
  if (above.includes(value)) return "(circular)";
  const inner = (member: unknown) => recordOf(member, [...above, value]);
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return { set: [...(value as Set<unknown>)].map(inner) };
  if (value instanceof Map) return { map: [...(value as Map<unknown, unknown>)].map(inner) };
  const named = Object.entries(value).map(([name, member]) => [
    name,
    VARYING.has(name) && isVarying(member) ? `(${name})` : inner(member),
  ]);
  const error =
    value instanceof Error
      ? [
          ["error", value.name],
          ["text", value.message],
        ]
      : [];
  return new Map([...error, ...named] as [string, unknown][]);
}

function isVarying(member: unknown): boolean {
  return typeof member === "string" && (UUID.test(member) || ISO.test(member));
}

/** Returns a record as text. Members are in the order of the result: JSON would hide a name such as `__proto__`. */
export function recordText(record: unknown): string {
  return JSON.stringify(record, (_, member: unknown) =>
    member instanceof Map ? { members: [...(member as Map<string, unknown>)] } : member,
  );
}

/** Returns the names of all members in a record. */
export function namesIn(record: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (record instanceof Map) {
    for (const [name, member] of record as Map<string, unknown>) {
      found.add(name);
      namesIn(member, found);
    }
  } else if (typeof record === "object" && record !== null) {
    for (const member of Object.values(record)) namesIn(member, found);
  }
  return found;
}
