// The members of the messages of both SDKs that can name an object, read from the schemas that the SDKs export.
import * as typesV1 from "@modelcontextprotocol/sdk/types.js";
import { specTypeSchemas } from "@modelcontextprotocol/server";

/** A parameter of a method, by its path. */
export interface NamedMember {
  readonly method: string;
  /** Names joined by dots; `[]` is a member of a list. */
  readonly path: string;
}

/** The part of a zod schema that is read, for every build of zod. */
interface SchemaNode {
  readonly def?: {
    readonly type: string;
    readonly values?: readonly unknown[];
    readonly shape?: Readonly<Record<string, SchemaNode>>;
    readonly element?: SchemaNode;
    readonly options?: readonly SchemaNode[];
    readonly innerType?: SchemaNode;
    readonly valueType?: SchemaNode;
    readonly left?: SchemaNode;
    readonly right?: SchemaNode;
    readonly in?: SchemaNode;
    readonly out?: SchemaNode;
  };
}

/** Matches the name of a member that names an object. */
const NAMING =
  /^(?:id|ids|ref|task|uris?|urls?|name|.*(?:Id|Ids|Uri|Uris|Name|Token|Subscriptions))$/;

/** Returns every member of every method of both SDKs that may name an object, in either direction. */
export function namingMembers(): readonly NamedMember[] {
  const schemas = [...Object.values(typesV1), ...Object.values(specTypeSchemas)];
  const found = new Map<string, NamedMember>();
  for (const schema of schemas as readonly SchemaNode[]) {
    const method = schema?.def?.shape?.["method"]?.def?.values?.[0];
    if (typeof method !== "string") continue;
    for (const path of pathsIn(schema.def?.shape?.["params"])) {
      if (NAMING.test(path.split(".").at(-1) ?? ""))
        found.set(`${method} ${path}`, { method, path });
    }
  }
  return [...found.values()];
}

/** Returns every method of both SDKs. */
export function methodsOfSdks(): ReadonlySet<string> {
  const schemas = [...Object.values(typesV1), ...Object.values(specTypeSchemas)];
  return new Set(
    (schemas as readonly SchemaNode[]).flatMap((schema) => {
      const method = schema?.def?.shape?.["method"]?.def?.values?.[0];
      return typeof method === "string" ? [method] : [];
    }),
  );
}

function pathsIn(schema: SchemaNode | undefined, path = ""): readonly string[] {
  const def = schema?.def;
  // no message of the protocol is nested deeper
  if (def === undefined || path.split(".").length > 8) return [];
  const parts = [def.innerType, def.valueType, def.left, def.right, def.in, def.out];
  return [
    ...Object.entries(def.shape ?? {}).flatMap(([name, member]) => {
      const inner = path === "" ? name : `${path}.${name}`;
      return [inner, ...pathsIn(member, inner)];
    }),
    ...pathsIn(def.element, `${path}[]`),
    ...[...parts, ...(def.options ?? [])].flatMap((part) => pathsIn(part, path)),
  ];
}
