import { isAnchor } from "./check-references.js";
import type { DocumentFinding, JsonObject } from "./document.js";
import { type Fault, LIMITS } from "./limits.js";
import type { Reference } from "./references.js";
import { refOf, resolveRef } from "./resolve-ref.js";

/** The objects of a document that a reader must follow to know what an operation needs. */
type Role =
  | "document"
  | "paths"
  | "pathItem"
  | "operations"
  | "operation"
  | "parameters"
  | "parameter"
  | "components"
  | "schemes"
  | "scheme"
  | "flows"
  | "flow"
  | "leaf";

/** By role, the roles of the members; `*` stands for every other member. */
const MEMBERS: Readonly<Record<Role, Readonly<Record<string, Role>>>> = {
  document: {
    paths: "paths",
    components: "components",
    securityDefinitions: "schemes",
    parameters: "parameters",
    security: "leaf",
    servers: "leaf",
  },
  paths: { "*": "pathItem" },
  pathItem: { parameters: "parameters", additionalOperations: "operations", "*": "operation" },
  operations: { "*": "operation" },
  operation: { parameters: "parameters", security: "leaf", servers: "leaf" },
  parameters: { "*": "parameter" },
  parameter: {},
  components: { pathItems: "paths", securitySchemes: "schemes", parameters: "parameters" },
  schemes: { "*": "scheme" },
  scheme: { flows: "flows", scopes: "leaf" },
  flows: { "*": "flow" },
  flow: { scopes: "leaf" },
  leaf: {},
};

/** What remains to be said about the references of a document. */
export interface CheckedDocument {
  /** Faults where a reader needs the value. */
  readonly findings: readonly DocumentFinding[];
  /** Faults elsewhere, for example in a schema. */
  readonly notes: readonly DocumentFinding[];
}

/** Checks that every reference of a document of one file leads to a value. References in data and in extensions are not read. */
export function checkDocument(
  root: JsonObject,
  references: readonly Reference[],
  findingOf: (ref: string, fault: Fault) => DocumentFinding,
): CheckedDocument {
  const needed = neededReferences(root);
  const findings = new Map<string, DocumentFinding>();
  const notes = new Map<string, DocumentFinding>();
  for (const { ref, holder, isData } of references) {
    if (isData || findings.size >= LIMITS.findings || findings.has(ref)) continue;
    const resolved = resolveRef(root, holder);
    if (resolved.ok) continue;
    const fault = { code: "unresolved_reference", message: resolved.message };
    if (needed.has(holder) || !ref.startsWith("#")) {
      findings.set(ref, findingOf(ref, fault));
    } else if (!isAnchor(ref) && notes.size < LIMITS.findings && !notes.has(ref)) {
      notes.set(ref, findingOf(ref, fault));
    }
  }
  return { findings: [...findings.values()], notes: [...notes.values()] };
}

/** Returns the objects with a reference that a reader must follow. */
function neededReferences(root: JsonObject): ReadonlySet<unknown> {
  const needed = new Set<unknown>();
  const seen = new Map<Role, Set<unknown>>();
  const open: { value: unknown; role: Role }[] = [{ value: root, role: "document" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, role } = next;
    const earlier = seen.get(role) ?? new Set();
    if (typeof value !== "object" || value === null || earlier.has(value)) continue;
    seen.set(role, earlier.add(value));
    if (refOf(value) !== undefined) {
      needed.add(value);
      const resolved = resolveRef(root, value);
      if (resolved.ok) open.push({ value: resolved.value, role });
    }
    for (const [key, member] of Object.entries(value)) {
      const inner = roleOf(role, key);
      if (inner !== undefined) open.push({ value: member, role: inner });
    }
  }
  return needed;
}

function roleOf(role: Role, key: string): Role | undefined {
  const members = MEMBERS[role];
  return Object.hasOwn(members, key) ? members[key] : members["*"];
}
