import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import { canonicalJson, digestOf } from "../source/digest.js";
import type { JsonObject } from "./document.js";
import type { DocumentOperation } from "./read-operations.js";
import { effectiveSecurity } from "./read-schemes.js";
import { refOf, resolveHop } from "./resolve-ref.js";

/**
 * Maximum number of values of a descriptor. Beyond it, a digest of the whole document is beside a `$ref`, so that no change of its
 * target is missed: any other change of the document then counts as well.
 */
const MAX_VALUES = 5_000;
/** Maximum number of levels of a descriptor. Below them, a digest of the whole document is in place of a value. */
const MAX_DEPTH = 200;

const MEMBERS = ["summary", "description", "deprecated", "requestBody", "responses"] as const;

/**
 * Returns what a caller of an operation depends on: its texts, security, parameters, request body and responses. Each local `$ref` is
 * replaced by its target the first time. Where the target is unknown, a digest of the whole document is beside it.
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
    if (depth > MAX_DEPTH) return documentDigest(root);
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
    const ref = refOf(value);
    const isNew = ref !== undefined && !seen.has(ref);
    const target = isNew && left >= 0 ? resolveHop(root, ref) : undefined;
    if (isNew && target !== undefined) seen.add(ref);
    const entries = Object.entries(value).filter(
      ([name]) => target === undefined || name !== "$ref",
    );
    left -= entries.length;
    const isUnknown = (isNew && target === undefined) || hasDynamicRef(value);
    const targets = [
      ...(target === undefined ? [] : [copy(target, depth + 1)]),
      ...mappedTargets(value).map((one) => copy({ $ref: one }, depth + 1)),
      ...(isUnknown ? [documentDigest(root)] : []),
    ];
    if (targets.length === 1 && entries.length === 0) return targets[0];
    const own = Object.fromEntries(entries.map(([name, item]) => [name, copy(item, depth + 1)]));
    return targets.length === 0 ? own : { own, targets };
  };
  return (value) => copy(value, 0);
}

/** Returns whether the target of an object depends on how it was reached. */
function hasDynamicRef(value: object): boolean {
  return Object.hasOwn(value, "$dynamicRef") || Object.hasOwn(value, "$recursiveRef");
}

/** Returns the references of a discriminator to schemas. A name of a schema is short for one. */
function mappedTargets(value: object): readonly string[] {
  const mapping = readOwn(readOwn(value, "discriminator"), "mapping");
  return (isObject(mapping) ? Object.values(mapping) : []).flatMap((target) => {
    if (typeof target !== "string") return [];
    return /^[\w.-]+$/.test(target) ? `#/components/schemas/${target}` : target;
  });
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
