/** A JSON Schema, or a part of one. */
type Schema = Readonly<Record<string, unknown>>;

/** A key or value that the schema allows at a place. */
export interface Candidate {
  readonly label: string;
  readonly description: string | undefined;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const schemasIn = (value: unknown): readonly Schema[] => [value].flat().filter(isSchema);

/** Maximum number of references between a place and its schema. */
const MAX_STEPS = 100;

/** Returns a schema without references and choices: all schemas that can apply. */
function expand(root: Schema, start: readonly Schema[]): readonly Schema[] {
  const found = new Set<Schema>();
  const open = [...start];
  for (let schema = open.pop(); schema && found.size < MAX_STEPS; schema = open.pop()) {
    if (found.has(schema)) continue;
    found.add(schema);
    const { $ref: reference, anyOf, allOf, else: otherwise } = schema;
    open.push(...[anyOf, allOf, otherwise].flatMap(schemasIn));
    if (typeof reference === "string") open.push(...schemasIn(referenced(root, reference)));
  }
  return [...found];
}

/** Returns what a reference such as `#/$defs/Scope` points to. */
function referenced(root: Schema, reference: string): unknown {
  return reference
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (at, key) => (isSchema(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      root,
    );
}

/** Returns the schemas of the value at a path. */
function schemasAt(root: Schema, path: readonly (string | number)[]): readonly Schema[] {
  return path.reduce(
    (at, step) =>
      expand(
        root,
        at.flatMap((schema) => stepInto(schema, step)),
      ),
    expand(root, [root]),
  );
}

function stepInto(schema: Schema, step: string | number): readonly Schema[] {
  if (typeof step === "number") return schemasIn(schema["items"]);
  const { properties, additionalProperties } = schema;
  return isSchema(properties) && Object.hasOwn(properties, step)
    ? schemasIn(properties[step])
    : schemasIn(additionalProperties);
}

/** Returns the keys that an object at a path can have. */
export function keysAt(schema: object, path: readonly (string | number)[]): readonly Candidate[] {
  const root = schema as Schema;
  return unique(
    schemasAt(root, path).flatMap(({ properties, propertyNames }) => [
      ...Object.entries(isSchema(properties) ? properties : {}).map(([label, option]) => ({
        label,
        description: descriptionOf(option),
      })),
      ...expand(root, schemasIn(propertyNames)).flatMap(valuesOf),
    ]),
  );
}

/** Returns the texts, numbers and truth values that the value at a path can be. */
export function valuesAt(schema: object, path: readonly (string | number)[]): readonly Candidate[] {
  return unique(schemasAt(schema as Schema, path).flatMap(valuesOf));
}

function valuesOf(schema: Schema): readonly Candidate[] {
  const { enum: listed, const: constant, type } = schema;
  const values = [
    ...(Array.isArray(listed) ? (listed as readonly unknown[]) : []),
    ...(constant === undefined ? [] : [constant]),
    ...(type === "boolean" && constant === undefined ? [true, false] : []),
  ];
  const description = descriptionOf(schema);
  return values.map((value) => ({
    label: typeof value === "string" ? value : JSON.stringify(value),
    description,
  }));
}

function descriptionOf(schema: unknown): string | undefined {
  const description = isSchema(schema) ? schema["description"] : undefined;
  return typeof description === "string" ? description : undefined;
}

function unique(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...new Map(candidates.map((candidate) => [candidate.label, candidate])).values()];
}
