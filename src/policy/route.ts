import { entryOf } from "../grammar/entry-of.js";
import {
  type Endpoint,
  endsInCatchAll,
  foldLiteral,
  HEAD,
  isWhole,
  MAX_PATH_LENGTH,
  type Segment,
  segmentsOf,
} from "./endpoint-key.js";
import { onlySpans, type PathSegment, readSegment, spansOf } from "./path-segment.js";

/** The spellings of a path that mean the same endpoint. Set them as the router of the host is set. */
export interface PathOptions {
  /**
   * Meaning of one slash at the end of a path: an unknown endpoint, or the path without it. After the value of a catch-all it is always
   * unknown, since routers pass it on as a part of the value. Default: `"refuse"`.
   */
  readonly trailingSlash?: "refuse" | "ignore";
  /** Whether literal segments match only in their own letter case, and not in any letter case of ASCII. Default: `true`. */
  readonly caseSensitive?: boolean;
}

/** The endpoint of a request, with the decoded values of its path parameters. */
export interface Match<Target> {
  readonly value: Target;
  /** The values by name. That of a catch-all is the values of its segments, joined by `/`. */
  readonly params: ReadonlyMap<string, string>;
}

/** Finds endpoints by method and path. */
export interface EndpointRouter<Target> {
  /** Returns the endpoint of a request; `undefined` for an unknown endpoint and for a path that routers could read differently. */
  match(method: string, path: string, options?: PathOptions): Match<Target> | undefined;
  /** Returns the endpoint for which some server takes a path, whatever its spelling; `undefined` if there is none. */
  meantBy(method: string, path: string): Target | undefined;
}

/** An endpoint and what it stands for. */
export interface Route<Target> {
  readonly endpoint: Endpoint;
  readonly target: Target;
}

interface Node<Target> {
  readonly literals: Map<string, Node<Target>>;
  /** The nodes of segments with literal text and parameters, by the lengths of their ends. */
  readonly mixed: Map<string, MixedNodes<Target>>;
  param: Node<Target> | undefined;
  catchAll: Route<Target> | undefined;
  route: Route<Target> | undefined;
}

/** Nodes of segments with ends of the same lengths. */
interface MixedNodes<Target> {
  readonly prefix: number;
  readonly suffix: number;
  readonly byEnds: Map<
    string,
    { readonly literals: readonly string[]; readonly node: Node<Target> }[]
  >;
}

/**
 * Creates the router of a policy. Endpoints are compared at the first segment where they differ: literal, then literal with
 * placeholder, then parameter, then catch-all. The lookup of literal text ignores letter case, escapes, and what follows a plain `;`.
 * The endpoint that it finds must then have the spelling of the path. A router that ignores case runs `/admin` for `/Admin` too, so
 * `/Admin` must not match as a value of `/:name`.
 */
export function buildRouter<Target>(routes: readonly Route<Target>[]): EndpointRouter<Target> {
  const roots = new Map<string, Node<Target>>();
  for (const route of routes) {
    const { method, segments } = route.endpoint;
    let node = roots.get(method) ?? createNode<Target>();
    roots.set(method, node);
    for (const segment of segments) if (!segment.isCatchAll) node = nextNode(node, segment);
    if (endsInCatchAll(route.endpoint)) node.catchAll = route;
    else node.route = route;
  }
  const findRoute = (method: string, path: string) => {
    const root = roots.get(method === HEAD ? "GET" : method);
    if (root === undefined || path.length > MAX_PATH_LENGTH || !path.startsWith("/"))
      return undefined;
    const segments: PathSegment[] = [];
    for (const text of segmentsOf(path)) {
      const segment = readSegment(text);
      if (segment === undefined) return undefined;
      segments.push(segment);
    }
    const route = find(root, segments, 0);
    return route && { route, segments };
  };
  return {
    match(method, path, { trailingSlash, caseSensitive } = EXACT) {
      const target = trailingSlash === "ignore" ? withoutSlash(path) : path;
      const found = findRoute(method, target);
      if (found === undefined) return undefined;
      const { route, segments } = found;
      // a router takes the slash for a part of the value
      if (target !== path && endsInCatchAll(route.endpoint)) return undefined;
      return matchOf(route, segments, caseSensitive === false ? lowerAscii : unchanged);
    },
    meantBy: (method, path) => findRoute(method, path)?.route.target,
  };
}

/** The spelling without options, with own members, so that none is inherited. */
const EXACT: Required<PathOptions> = { trailingSlash: "refuse", caseSensitive: true };

/** One slash at the end, after a segment. */
const TRAILING_SLASH = /(?<=[^/])\/$/;

/** Returns a path without one slash at the end. */
export function withoutSlash(path: string): string {
  return path.replace(TRAILING_SLASH, "");
}

/** Changes a text so that it is equal for two spellings of a literal. Its length stays the same. */
type Spell = (text: string) => string;

const unchanged: Spell = (text) => text;

/** Returns a segment with the letters of ASCII in lower case; percent-escapes stay unchanged. */
const lowerAscii: Spell = (segment) =>
  segment.replace(/%..|[A-Z]+/g, (part) => (part.startsWith("%") ? part : part.toLowerCase()));

function createNode<Target>(): Node<Target> {
  return {
    literals: new Map(),
    mixed: new Map(),
    param: undefined,
    catchAll: undefined,
    route: undefined,
  };
}

/** Returns the node of a segment below another one. Creates it the first time. */
function nextNode<Target>(node: Node<Target>, segment: Segment): Node<Target> {
  if (isWhole(segment)) {
    node.param ??= createNode();
    return node.param;
  }
  const literals = segment.literals.map(foldLiteral);
  const [prefix = "", suffix = ""] = [literals[0], literals.at(-1)];
  if (segment.params.length === 0) return entryOf(node.literals, prefix, createNode<Target>);
  const lengths = `${prefix.length} ${suffix.length}`;
  const { byEnds } = entryOf(node.mixed, lengths, () => ({
    prefix: prefix.length,
    suffix: suffix.length,
    byEnds: new Map<string, { literals: readonly string[]; node: Node<Target> }[]>(),
  }));
  const same = entryOf(byEnds, endsKey(prefix, suffix), () => []);
  const known = same.find((one) => one.literals.join("/") === literals.join("/"));
  if (known !== undefined) return known.node;
  const created = { literals, node: createNode<Target>() };
  same.push(created);
  return created.node;
}

function endsKey(prefix: string, suffix: string): string {
  return `${prefix}/${suffix}`;
}

/**
 * Returns the endpoint of a path. Visits a node at most once, so the size of the table limits the cost.
 */
function find<Target>(
  node: Node<Target>,
  segments: readonly PathSegment[],
  at: number,
): Route<Target> | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.route;
  const literal = node.literals.get(segment.folded);
  return (
    (literal && find(literal, segments, at + 1)) ??
    (node.mixed.size > 0 ? findMixed(node, segments, at) : undefined) ??
    (node.param && find(node.param, segments, at + 1)) ??
    node.catchAll
  );
}

/**
 * As {@link find}, for the segments with literal text and parameters. A text that some server takes for one of them must not match
 * a parameter: an empty value counts, and so does what precedes a plain `;`.
 */
function findMixed<Target>(
  node: Node<Target>,
  segments: readonly PathSegment[],
  at: number,
): Route<Target> | undefined {
  const { folded, wholeFolded } = segments[at] as PathSegment;
  const texts = folded === wholeFolded ? [folded] : [folded, wholeFolded];
  for (const { prefix, suffix, byEnds } of node.mixed.values()) {
    for (const text of texts) {
      const ends = endsKey(text.slice(0, prefix), text.slice(Math.max(text.length - suffix, 0)));
      for (const { literals, node } of byEnds.get(ends) ?? []) {
        const isMet = spansOf(text, literals, 0) !== undefined;
        const found = isMet ? find(node, segments, at + 1) : undefined;
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}

/** Returns the match if the literal texts of the endpoint have the spelling of the path. */
function matchOf<Target>(
  { endpoint, target }: Route<Target>,
  segments: readonly PathSegment[],
  spell: Spell,
): Match<Target> | undefined {
  const params = new Map<string, string>();
  for (const [index, segment] of endpoint.segments.entries()) {
    const values = segment.isCatchAll
      ? [
          segments
            .slice(index)
            .map(({ value }) => value)
            .join("/"),
        ]
      : valuesOf(segment, segments[index] as PathSegment, spell);
    if (values === undefined) return undefined;
    for (const [at, param] of segment.params.entries()) params.set(param, values[at] as string);
  }
  return { value: target, params };
}

/** Returns the values of a segment's parameters, if the path has the spelling of its literal texts. */
function valuesOf(
  segment: Segment,
  { text, value }: PathSegment,
  spell: Spell,
): readonly string[] | undefined {
  const { literals, params } = segment;
  if (params.length === 0) return spell(literals[0] as string) === spell(text) ? [] : undefined;
  if (isWhole(segment)) return [value];
  // a server that cuts the segment at the semicolon finds another value, or another endpoint
  if (text.includes(";")) return undefined;
  const spans = onlySpans(spell(text), literals.map(spell));
  const values = spans?.flatMap(([start, end]) => readSegment(text.slice(start, end))?.value ?? []);
  return values?.length === params.length ? values : undefined;
}
