import type { CompiledPolicy, Operation } from "../../policy/compiled-policy.js";
import type { OperationDefinition } from "../../policy/definition.js";
import { type EndpointPath, endpointPath, keyOfPath } from "../openapi/endpoint-path.js";
import { EXTENSION } from "../openapi/extension-name.js";
import { SCHEMES, type Security } from "../openapi/security-of.js";

/** An endpoint that a document contains. */
export interface ShownEndpoint {
  readonly key: string;
  readonly entry: OperationDefinition;
  readonly operation: Operation;
  readonly security: Security;
  readonly path: EndpointPath;
  /** The template under which the document has it: that of the first endpoint of the same shape. */
  readonly template: string;
  /** The parameters of that template. */
  readonly params: readonly string[];
}

/** Returns the endpoints that a document contains, in declared order. */
export function shownEndpoints(
  { definition, fromCode }: CompiledPolicy,
  securityOf: (operation: Operation) => Security | undefined,
): readonly ShownEndpoint[] {
  const first = new Map<string, EndpointPath>();
  return Object.entries(definition.endpoints ?? {}).flatMap(([key, entry]) => {
    const operation = fromCode.operations.get(key) as Operation;
    const security = securityOf(operation);
    if (security === undefined) return [];
    const path = endpointPath(key);
    const { template, params } = first.get(path.shape) ?? path;
    if (!first.has(path.shape)) first.set(path.shape, path);
    return { key, entry, operation, security, path, template, params };
  });
}

/** Returns the member `paths` of a document. */
export function pathsOf(shown: readonly ShownEndpoint[], withExtensions: boolean): object {
  const paths = new Map<string, (readonly [method: string, operation: object])[]>();
  const idOf = createIds();
  for (const one of shown) {
    const item = paths.get(one.template) ?? [];
    paths.set(one.template, item);
    const extension = withExtensions ? extensionOf(one) : undefined;
    item.push([
      one.path.method,
      {
        operationId: idOf(one),
        ...textsOf(one.entry),
        ...(one.params.length > 0 && { parameters: one.params.map(parameterOf) }),
        security: one.security,
        responses: responsesOf(one.security),
        ...(extension && { [EXTENSION]: extension }),
      },
    ]);
  }
  return Object.fromEntries([...paths].map(([path, item]) => [path, Object.fromEntries(item)]));
}

function parameterOf(name: string): object {
  return { name, in: "path", required: true, schema: { type: "string" } };
}

function textsOf(entry: OperationDefinition): object {
  const { title, description } = typeof entry === "string" ? {} : entry;
  return {
    ...(title !== undefined && { summary: title }),
    ...(description !== undefined && { description }),
  };
}

/** Returns the responses of a denial: a public endpoint rejects only an invalid token. */
function responsesOf(security: Security): object {
  const isOpen = security.length === 0 || security.some((one) => Object.keys(one).length === 0);
  const response = (name: string) => ({ $ref: `#/components/responses/${name}` });
  return {
    "401": response("Unauthorized"),
    ...(!isOpen && { "403": response("Forbidden") }),
  };
}

/** Creates a function that returns a different `operationId` for each endpoint, made of its method and its path. */
function createIds(): (one: ShownEndpoint) => string {
  const taken = new Set<string>();
  return ({ path, template }) => {
    const words = [...`${path.method} ${template}`.matchAll(/[A-Za-z0-9]+/g)].flat();
    const base = words
      .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
      .join("");
    let id = base;
    // generators of clients may not distinguish letter case
    for (let count = 2; taken.has(id.toLowerCase()); count += 1) id = `${base}_${count}`;
    taken.add(id.toLowerCase());
    return id;
  };
}

/** Returns the extension of an operation; `undefined` if its path and its `security` alone are read as the same rule. */
function extensionOf({ key, entry, security, path, template }: ShownEndpoint): object | undefined {
  const isSameKey = key === keyOfPath(path.method, template);
  if (isSameKey && isPlain(entry) && !isMarked(security)) return undefined;
  return { rule: entry, ...(!isSameKey && { endpoint: key }) };
}

/** Members of an entry that `security`, `summary` and `description` express. */
const EXPRESSED: ReadonlySet<string> = new Set([
  "scope",
  "anyOf",
  "public",
  "authenticated",
  "title",
  "description",
]);

function isPlain(entry: OperationDefinition): boolean {
  if (typeof entry === "string") return true;
  const { anyOf = [] } = entry;
  return (
    Object.keys(entry).every((name) => EXPRESSED.has(name)) &&
    anyOf.every((member) => typeof member === "string")
  );
}

/** Returns whether a security names a scheme that no request meets. */
function isMarked(security: Security): boolean {
  return security.some((one) => Object.keys(one).some((name) => name !== SCHEMES.scopes));
}
