import type { Segment } from "../policy/endpoint-key.js";

/** Where the parameters of a framework's routes can be: also beside text (`:name.json`), or only as whole segments. */
export type TemplateSyntax = "inside" | "whole";

/** The source of a catch-all that the route does not name: Fastify has it as `*`, Express 4 as `0`, and Hono has none. */
export const UNNAMED = "*";

/** A wildcard as the routers spell it: `*`, `*path`, `{*path}`, `:path(*)`, `:path(.*)`, `:path{.+}`. */
const WILDCARD = /^(?:\{?\*(\w*)\}?|:(\w+)(?:\(\.?\*\)|\(\.\+\)|\{\.[*+]\}))$/;
const PARAMETER = /^:([A-Za-z_]\w*)$/;
/** An escaped character, a doubled colon (Fastify), a parameter with the pattern that Fastify needs before text, or any character. */
const TOKEN = /\\(\W)|::|:([A-Za-z_]\w*)(?:\(\.[*+]\)(?!$))?|./gsu;
/** Characters that have a meaning in the path of some router. */
const SPECIAL = /^[()*?{}[\]|\\:]$/;

/**
 * Creates the function that returns the segments of a route. It parses each route once, and returns `undefined` for a route that is
 * not text. A segment that is a pattern, or has the name of an earlier segment, becomes a literal that no endpoint has. A wildcard at
 * the end is a catch-all, also if the router takes it for less than all segments, or for none: the path of the request decides. The
 * cache grows with the routes of the program, not with requests.
 */
export function createTemplateReader(
  syntax: TemplateSyntax = "inside",
): (template: unknown) => readonly Segment[] | undefined {
  const read = new Map<string, readonly Segment[]>();
  return (template) => {
    if (typeof template !== "string") return undefined;
    const known = read.get(template);
    if (known !== undefined) return known;
    const names = new Set<string>();
    const texts = textSegments(template);
    const segments = texts.map((text, index) => {
      const segment = readTemplate(text, index === texts.length - 1, syntax);
      // of two values with one name, a handler can read only the last
      if (
        segment === undefined ||
        new Set([...names, ...segment.params]).size < names.size + segment.params.length
      ) {
        return literalOf(text);
      }
      for (const name of segment.params) names.add(name);
      return segment;
    });
    read.set(template, segments);
    return segments;
  };
}

function readTemplate(text: string, isLast: boolean, syntax: TemplateSyntax): Segment | undefined {
  const wildcard = isLast ? WILDCARD.exec(text) : null;
  if (wildcard !== null) {
    const [, first, second] = wildcard;
    return { literals: ["", ""], params: [(first || second) ?? UNNAMED], isCatchAll: true };
  }
  const param = PARAMETER.exec(text)?.[1];
  if (param !== undefined) return { literals: ["", ""], params: [param], isCatchAll: false };
  return syntax === "inside" ? readInside(text) : undefined;
}

/** Reads a segment of text and parameters; `undefined` for a pattern. */
function readInside(text: string): Segment | undefined {
  const params: string[] = [];
  const literals: string[] = [];
  let literal = "";
  for (const [token, escaped, param] of text.matchAll(TOKEN)) {
    if (param !== undefined) {
      params.push(param);
      literals.push(literal);
      literal = "";
    } else if (SPECIAL.test(token)) {
      return undefined;
    } else {
      literal += escaped ?? (token === "::" ? ":" : token);
    }
  }
  if (params.length === 0) return literalOf(literal);
  return { literals: [...literals, literal], params, isCatchAll: false };
}

function literalOf(text: string): Segment {
  return { literals: [escapeLetters(text)], params: [], isCatchAll: false };
}

/**
 * Escapes characters beyond ASCII, as policies spell them: Fastify matches decoded text, so its routes contain them unescaped.
 */
function escapeLetters(text: string): string {
  return text.replaceAll(/[^ -~\p{Cs}]+/gu, encodeURIComponent);
}

/**
 * Returns the segments of a path. A slash at the end adds none: routers ignore it, and the path of the request is checked
 * separately.
 */
export function textSegments(path: string): readonly string[] {
  if (path === "") return [];
  const inner = path.replace(/^\//, "").replace(/\/$/, "");
  return inner === "" ? [] : inner.split("/");
}
