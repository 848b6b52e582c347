import { isObject } from "../../grammar/is-object.js";
import { LIMITS } from "./limits.js";
import { refOf } from "./resolve-ref.js";

/** A reference in a file. */
export interface Reference {
  readonly ref: string;
  readonly holder: Record<string, unknown>;
  /** Whether it is in an extension or in data such as an example, where `$ref` has no meaning. */
  readonly isData: boolean;
}

/** The references of a value, and how large the value is. */
export interface Survey {
  readonly references: readonly Reference[];
  readonly nodes: number;
  /** The sum of the lengths of the JSON pointers of all objects and lists. */
  readonly pointers: number;
}

/** Members whose value is data of an API, not of the document. */
const DATA = new Set(["const", "dataValue", "default", "enum", "example", "value"]);

/** Members whose own members have names that the document chooses, so that `default` or `example` there is a name. */
const NAMED = new Set([
  "$defs",
  "additionalOperations",
  "callbacks",
  "content",
  "definitions",
  "dependentSchemas",
  "encoding",
  "examples",
  "headers",
  "links",
  "mapping",
  "mediaTypes",
  "parameters",
  "pathItems",
  "paths",
  "patternProperties",
  "properties",
  "requestBodies",
  "responses",
  "schemas",
  "scopes",
  "securityDefinitions",
  "securitySchemes",
  "variables",
  "webhooks",
]);

/** What the members of an object are: words of OpenAPI, names that the document chooses, or data. */
type Kind = "words" | "names" | "data";

interface Visit {
  readonly value: unknown;
  readonly kind: Kind;
  readonly length: number;
}

/**
 * Finds the references of a value without following them. Stops counting above the given number of nodes. Uses no recursion.
 *
 * @param isOld whether the document has version 2.0, whose `examples` are data
 */
export function survey(root: unknown, isOld: boolean, maxNodes: number = LIMITS.nodes): Survey {
  const references: Reference[] = [];
  const open: Visit[] = [{ value: root, kind: "words", length: 1 }];
  let nodes = 0;
  let pointers = 0;
  for (let visit = open.pop(); visit !== undefined && nodes <= maxNodes; visit = open.pop()) {
    const { value, kind, length } = visit;
    nodes += 1;
    if (typeof value !== "object" || value === null) continue;
    pointers += length;
    const ref = refOf(value);
    if (ref !== undefined && isObject(value)) {
      references.push({ ref, holder: value as Record<string, unknown>, isData: kind === "data" });
    }
    for (const [key, member] of Object.entries(value)) {
      const inner = Array.isArray(value) ? kind : kindOf(key, member, kind, isOld);
      open.push({ value: member, kind: inner, length: length + 1 + key.length });
    }
  }
  return { references, nodes, pointers };
}

function kindOf(key: string, member: unknown, kind: Kind, isOld: boolean): Kind {
  if (kind !== "words") return kind === "data" ? "data" : "words";
  if (DATA.has(key) || key.startsWith("x-")) return "data";
  if (key === "examples" && (isOld || Array.isArray(member))) return "data";
  return NAMED.has(key) && !Array.isArray(member) ? "names" : "words";
}
