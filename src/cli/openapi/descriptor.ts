import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import { canonicalJson, digestOf } from "../source/digest.js";
import type { JsonObject } from "./document.js";
import type { DocumentOperation } from "./read-operations.js";
import { effectiveSecurity } from "./read-schemes.js";
import { refOf } from "./resolve-ref.js";
import { resolved } from "./resolved.js";

/**
 * Maximum number of values of a descriptor. Beyond it, a `$ref` is replaced by a digest of the whole document, so that no change of its
 * target is missed: any other change of the document then counts as well.
 */
const MAX_VALUES = 5_000;
/** Maximum number of levels of a descriptor. */
const MAX_DEPTH = 200;

const MEMBERS = ["summary", "description", "deprecated", "requestBody", "responses"] as const;

/**
 * Returns what a caller of an operation depends on: its texts, security, parameters, request body and responses. Each local `$ref` is
 * replaced by its target the first time.
 */
export function descriptorOf(
  root: JsonObject,
  { operation, pathItem }: DocumentOperation,
): Readonly<Record<string, unknown>> {
  const lists = [pathItem, operation].map((owner) => readOwn(owner, "parameters"));
  const parameters = lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const security = effectiveSecurity(root, operation);
  const members = MEMBERS.flatMap((name) => {
    const value = readOwn(operation, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const expand = createExpander(root);
  return expand({
    ...Object.fromEntries(members),
    ...(parameters.length > 0 && { parameters }),
    ...(security !== undefined && { security }),
  }) as Readonly<Record<string, unknown>>;
}

/** Creates a function that copies a value with the targets of local references, each once and up to a number of values. */
function createExpander(root: JsonObject): (value: unknown) => unknown {
  const seen = new Set<string>();
  let left = MAX_VALUES;
  const copy = (value: unknown, depth: number): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (depth > MAX_DEPTH) return null;
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
    const ref = refOf(value);
    const isNew = ref !== undefined && !seen.has(ref);
    if (isNew && left >= 0) {
      seen.add(ref);
      const target = resolved(root, value);
      if (isObject(target)) return copy(target, depth + 1);
    }
    const isCut = isNew && left < 0;
    const entries = Object.entries(isCut ? { ...value, document: documentDigest(root) } : value);
    left -= entries.length;
    return Object.fromEntries(entries.map(([name, item]) => [name, copy(item, depth + 1)]));
  };
  return (value) => copy(value, 0);
}

const digests = new WeakMap<JsonObject, string>();

/** Returns a digest of a document, computed once. The loader has limited its depth. */
function documentDigest(root: JsonObject): string {
  const known = digests.get(root);
  if (known !== undefined) return known;
  const digest = digestOf(canonicalJson(root, Number.POSITIVE_INFINITY) as string);
  digests.set(root, digest);
  return digest;
}
