// How the vectors of a strategy are written in a policy. The names of the library's matching rules are in this table alone.
import type { Vector } from "./catalogue.js";

/** A definition's part for one vector: the scopes, what the tool requires, and the values of its placeholders. */
export interface VectorPolicy {
  readonly scopes: Readonly<Record<string, object>>;
  /** The scopes that the tool requires, all of them. */
  readonly required: readonly string[];
  readonly params: Readonly<Record<string, string>>;
}

interface VectorRule {
  /** The strategy as files name it. */
  readonly strategy: string;
  /** Whether a vector without a strategy has this one. */
  readonly isMeant: (vector: Vector) => boolean;
  /** Candidates for the option `match`: the first one that the library accepts counts. Without any, the rule is `exact`. */
  readonly names: readonly string[];
  /** Spellings of a vector with a name. */
  readonly spell: (vector: Vector, match: string) => readonly VectorPolicy[];
}

const textsOf = ({ granted, request }: Vector) => [...granted, request];

/** Every scope has the rule, or only the granted ones. */
function literal({ granted, request }: Vector, match: string): readonly VectorPolicy[] {
  const of = (names: readonly string[]) => names.map((name) => [name, { match }] as const);
  const everywhere = Object.fromEntries(of([...granted, request]));
  const onGranted = { [request]: {}, ...Object.fromEntries(of(granted)) };
  return [everywhere, onGranted].map((scopes) => ({ scopes, required: [request], params: {} }));
}

const PATH = /^([^/]+:)\/(.+)$/;

/** A template with the path as its last placeholder. */
function pathTemplate({ request }: Vector, match: string): readonly VectorPolicy[] {
  const [, head, path] = PATH.exec(request) ?? [];
  if (head === undefined || path === undefined) return [];
  const required = `${head}/{path}`;
  return [{ scopes: { [required]: { match } }, required: [required], params: { path } }];
}

const LETTERS = "cruds";
const SMART = /^(patient|user|system)\/([^./]+)\.([cruds]+)$/;

/** A template for each letter of SMART on FHIR. A request with several letters requires several scopes. */
function letterTemplates({ request }: Vector, match: string): readonly VectorPolicy[] {
  const [, context, type, letters] = SMART.exec(request) ?? [];
  if (context === undefined || type === undefined || letters === undefined) return [];
  const templateOf = (letter: string) => `${context}/{type}.${letter}`;
  const scopes = Object.fromEntries([...LETTERS].map((one) => [templateOf(one), { match }]));
  return [{ scopes, required: [...letters].map(templateOf), params: { type } }];
}

const REGISTRY = /^([a-z]+):(.+):([a-z*,]+)$/;

/** A template for each action of a registry. A request with several actions requires several scopes. */
function actionTemplates(vector: Vector, match: string): readonly VectorPolicy[] {
  const [, type, name, actions] = REGISTRY.exec(vector.request) ?? [];
  if (type === undefined || name === undefined || actions === undefined) return [];
  const templateOf = (action: string) => `${type}:{name}:${action}`;
  const all = textsOf(vector).flatMap((text) => text.slice(text.lastIndexOf(":") + 1).split(","));
  const scopes = Object.fromEntries(all.map((one) => [templateOf(one), { match }]));
  return [{ scopes, required: actions.split(",").map(templateOf), params: { name } }];
}

const never = () => false;

/** The first row whose strategy is named, or meant, counts. */
export const VECTOR_RULES: readonly VectorRule[] = [
  {
    strategy: "hierarchic",
    isMeant: never,
    names: ["parent", "hierarchic", "hierarchy", "prefix"],
    spell: literal,
  },
  {
    strategy: "wildcard",
    isMeant: never,
    names: ["wildcard", "wildcards", "glob"],
    spell: literal,
  },
  {
    strategy: "smart",
    isMeant: (vector) =>
      textsOf(vector).every((text) => /^(?:patient|user|system)\/[^/]+\./.test(text)),
    names: ["smart", "letters", "fhir"],
    spell: (vector, match) => [...letterTemplates(vector, match), ...literal(vector, match)],
  },
  {
    strategy: "path-prefix",
    isMeant: (vector) =>
      textsOf(vector).every((text) => PATH.test(text) || /^[^/]+:\/$/.test(text)),
    names: ["path-prefix"],
    spell: (vector, match) => [...pathTemplate(vector, match), ...literal(vector, match)],
  },
  {
    strategy: "filter",
    isMeant: (vector) => textsOf(vector).some((text) => text.includes("!")),
    names: ["filter", "filters"],
    spell: literal,
  },
  {
    strategy: "registry",
    isMeant: (vector) =>
      textsOf(vector).every((text) => /^[a-z]+(?:\([a-z]+\))?:.+:[a-z*,]+$/.test(text)),
    names: ["registry", "docker", "actions", "action-set"],
    spell: (vector, match) => [...actionTemplates(vector, match), ...literal(vector, match)],
  },
  { strategy: "exact", isMeant: () => true, names: [], spell: literal },
];

export function ruleOf(vector: Vector): VectorRule | undefined {
  const { strategy } = vector;
  return VECTOR_RULES.find((rule) =>
    strategy === undefined ? rule.isMeant(vector) : rule.strategy === strategy,
  );
}
