/**
 * Methods of endpoints: those of RFC 9110 that act on a resource, and PATCH (RFC 5789). HEAD requests are treated as GET
 * (RFC 9110, section 9.3.2). TRACE and CONNECT are not API calls.
 */
export const METHODS: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Maximum number of characters in the path of a request. */
export const MAX_PATH_LENGTH = 8_192;

/** A segment in the path of an endpoint: literal text, or the name of a path parameter. */
export type Segment = { readonly literal: string } | { readonly param: string };

/** Returns whether a segment is a parameter. A segment has one own member. */
export function isParam(segment: Segment): segment is Extract<Segment, { param: string }> {
  return Object.hasOwn(segment, "param");
}

/** The spellings of a path that mean the same endpoint. Set them as the router of the host is set. */
export interface PathOptions {
  /** Meaning of one slash at the end of a path: an unknown endpoint, or the path without it. Default: `"refuse"`. */
  readonly trailingSlash?: "refuse" | "ignore";
  /** Whether literal segments match only in their own letter case, and not in any letter case of ASCII. Default: `true`. */
  readonly caseSensitive?: boolean;
}

/** A parsed key of `endpoints`. */
export interface Endpoint {
  readonly method: string;
  readonly segments: readonly Segment[];
}

/** An error in a key of `endpoints`. */
export interface EndpointError {
  readonly code: "endpoint_syntax" | "endpoint_method";
  readonly message: string;
  /** The method in the key, if it is unknown. */
  readonly method: string | undefined;
}

/** Returns whether a key was parsed without an error. */
export function isEndpoint(read: Endpoint | EndpointError): read is Endpoint {
  return Object.hasOwn(read, "segments");
}

const PLACEHOLDER = /^(?::([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})$/;

/** Parses a key such as `GET /v1/projects/:projectId`: a method, one space, a canonical path. */
export function parseEndpoint(key: string): Endpoint | EndpointError {
  const space = key.indexOf(" ");
  const method = key.slice(0, Math.max(space, 0));
  const path = key.slice(space + 1);
  if (space < 1 || !path.startsWith("/")) {
    return syntaxError(
      "expected a method, one space and a path, as in `GET /v1/projects/:projectId`",
    );
  }
  if (method === "HEAD") {
    return {
      code: "endpoint_method",
      message: "HEAD requests are treated as GET: declare the GET endpoint",
      method: undefined,
    };
  }
  if (!METHODS.includes(method)) {
    return { code: "endpoint_method", message: `unknown method \`${method}\``, method };
  }
  const endpoint = splitEndpoint(key);
  const seen = new Set<string>();
  for (const segment of endpoint.segments) {
    if (isParam(segment)) {
      const { param } = segment;
      if (seen.has(param) || param === "__proto__") {
        return syntaxError(`duplicate or reserved path parameter \`${param}\``);
      }
      seen.add(param);
    } else if (segment.literal.startsWith(":") || !isCanonicalSegment(segment.literal)) {
      const shown =
        segment.literal === "" ? "an empty segment" : `the segment \`${segment.literal}\``;
      return syntaxError(`${shown} is not canonical: ${CANONICAL}`);
    }
  }
  return endpoint;
}

/** Reads a key that {@link parseEndpoint} has accepted. */
export function splitEndpoint(key: string): Endpoint {
  const space = key.indexOf(" ");
  const segments = segmentsOf(key.slice(space + 1)).map((text): Segment => {
    const found = PLACEHOLDER.exec(text);
    const param = found?.[1] ?? found?.[2];
    return param === undefined ? { literal: text } : { param };
  });
  return { method: key.slice(0, space), segments };
}

const CANONICAL =
  "expected no empty segment, no trailing slash, no dot segment, no needless escape and none of `\\ ; # ? *`";

function syntaxError(message: string): EndpointError {
  return { code: "endpoint_syntax", message, method: undefined };
}

/** Returns the segments of a path. `/` has none; every other path has one after each slash. */
function segmentsOf(path: string): readonly string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

/**
 * Returns a text that is equal for two endpoints that some router cannot distinguish: the method and the path, without parameter
 * names and without letter case.
 */
export function endpointIdentity({ method, segments }: Endpoint): string {
  const path = segments.map((segment) =>
    isParam(segment) ? "{}" : foldCase(decodeURIComponent(segment.literal)),
  );
  return `${method} /${path.join("/")}`;
}

/**
 * Returns a decoded text without letter case. The result is equal for two texts that any router could confuse, whether it compares
 * in lower case, in upper case, or with a regular expression with the flag `i` (with or without `u`). Lower case alone is not
 * enough: `ẞ` is `ß` in lower case, and `ß` is `SS` in upper case. The dotted `İ` is the plain `i` in Turkish and in simple case
 * mappings.
 */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("i\u0307", "i");
}

/** `pchar` of RFC 3986, section 3.3, without `*` (a pattern in some routers) and `;` (a matrix parameter in some routers). */
const PLAIN = /^[A-Za-z0-9._~!$&'()+,=:@-]*$/;
const ESCAPES = /^(?:[A-Za-z0-9._~!$&'()+,=:@-]|%[89A-F][0-9A-F])*$/;
const LETTERS = /^[\p{L}\p{M}\p{Nd}]*$/u;

/**
 * Returns whether a segment has only one spelling. An escape is accepted only for text that has no plain spelling: UTF-8 of
 * letters, marks and digits beyond ASCII, in upper case hex digits and in the form NFKC. Every other escape is needless (a second
 * spelling of a path, which bypasses a check of the first) or dangerous (`%2F`, `%2E`, `%00`).
 */
function isCanonicalSegment(text: string): boolean {
  if (text === "" || text === "." || text === "..") return false;
  if (PLAIN.test(text)) return true;
  if (!ESCAPES.test(text)) return false;
  const plain = decodeUtf8(text);
  return (
    plain !== undefined &&
    LETTERS.test(plain.replaceAll(/[ -~]/g, "")) &&
    plain.normalize("NFKC") === plain
  );
}

/** A segment of a request's path, which a literal or a parameter can match. */
interface PathSegment {
  /** The text as written in the path. */
  readonly text: string;
  /** The decoded text: the value of a parameter. */
  readonly value: string;
  /** The value without letter case and without what follows a plain `;`, for the lookup of literals. */
  readonly folded: string;
}

const PLAIN_VALUE = /^[A-Za-z0-9._~!$&'()+,;=:@|-]*$/;
const ESCAPED_VALUE = /^(?:[A-Za-z0-9._~!$&'()+,;=:@|-]|%[0-9A-Fa-f]{2})*$/;
/** Escapes of unreserved characters (RFC 3986, section 2.3). No encoder writes them, and some routers decode them before they match. */
const NEEDLESS = /%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/i;
const VALUE = /^(?! )[A-Za-z0-9._~!$&'()+,;=:@| \p{L}\p{M}\p{Nd}-]*(?<! )$/u;
/**
 * An empty or a dot segment, also for a reader for which a plain `;` starts a matrix parameter (RFC 3986, section 3.3): `..;x` is
 * `..` for some servers.
 */
const NO_VALUE = /^\.{0,2}(?:;|$)/;

/**
 * Decodes a segment of a request's path, once. Returns `undefined` if it is not the value of a parameter: it has another character
 * than those of a bound value, letters, marks and digits beyond ASCII in the form NFKC, and inner spaces, or an escape of an
 * unreserved character. Every literal of a policy is such a value.
 */
function readSegment(text: string): PathSegment | undefined {
  if (NO_VALUE.test(text)) return undefined;
  const value = PLAIN_VALUE.test(text) ? text : decodeValue(text);
  if (value === undefined) return undefined;
  const semicolon = text.indexOf(";");
  const name = semicolon < 0 ? value : decodeURIComponent(text.slice(0, semicolon));
  return { text, value, folded: foldCase(name) };
}

function decodeValue(text: string): string | undefined {
  // characters beyond ASCII need an escape: without one, servers read the bytes in different encodings
  if (!ESCAPED_VALUE.test(text) || NEEDLESS.test(text)) return undefined;
  const value = decodeUtf8(text);
  const isValue = value !== undefined && VALUE.test(value) && value.normalize("NFKC") === value;
  return isValue ? value : undefined;
}

/** Decodes percent-encoded UTF-8. Returns `undefined` for other text. */
export function decodeUtf8(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // overlong, truncated, or a surrogate: not UTF-8 (RFC 3629, section 3)
  }
}

interface Node<Target> {
  readonly literals: Map<string, Node<Target>>;
  param: Node<Target> | undefined;
  target: { readonly value: Target; readonly endpoint: Endpoint } | undefined;
}

/** The endpoint of a request, with the decoded values of its path parameters. */
export interface Match<Target> {
  readonly value: Target;
  readonly params: ReadonlyMap<string, string>;
}

/** Finds endpoints by method and path. */
export interface EndpointRouter<Target> {
  /** Returns the endpoint of a request; `undefined` for an unknown endpoint and for a path that routers could read differently. */
  match(method: string, path: string, options?: PathOptions): Match<Target> | undefined;
}

/**
 * Creates the router of a policy. The lookup of literals ignores letter case, escapes, and what follows a plain `;`. The endpoint
 * that it finds must then have the spelling of the path. A router that ignores case runs `/admin` for `/Admin` too, so `/Admin` must
 * not match as a value of `/:name`.
 */
export function buildRouter<Target>(
  endpoints: readonly { readonly endpoint: Endpoint; readonly target: Target }[],
): EndpointRouter<Target> {
  const roots = new Map<string, Node<Target>>();
  for (const { endpoint, target } of endpoints) {
    let node = roots.get(endpoint.method) ?? createNode<Target>();
    roots.set(endpoint.method, node);
    for (const segment of endpoint.segments) {
      if (isParam(segment)) {
        node = node.param ??= createNode();
      } else {
        const folded = foldCase(decodeURIComponent(segment.literal));
        const next = node.literals.get(folded) ?? createNode<Target>();
        node.literals.set(folded, next);
        node = next;
      }
    }
    node.target = { value: target, endpoint };
  }
  return {
    match(method, path, { trailingSlash, caseSensitive } = EXACT) {
      const root = roots.get(method === "HEAD" ? "GET" : method);
      if (root === undefined || path.length > MAX_PATH_LENGTH || !path.startsWith("/"))
        return undefined;
      const target = trailingSlash === "ignore" ? path.replace(TRAILING_SLASH, "") : path;
      const segments: PathSegment[] = [];
      for (const text of segmentsOf(target)) {
        const segment = readSegment(text);
        if (segment === undefined) return undefined;
        segments.push(segment);
      }
      const found = find(root, segments, 0);
      const isLiteral = caseSensitive === false ? isSameInAnyCase : isSame;
      return found && matchLiterals(found.endpoint, segments, found.value, isLiteral);
    },
  };
}

/** The spelling without options, with own members, so that none is inherited. */
const EXACT: Required<PathOptions> = { trailingSlash: "refuse", caseSensitive: true };

/** One slash at the end, after a segment. */
const TRAILING_SLASH = /(?<=[^/])\/$/;

type IsLiteral = (literal: string, text: string) => boolean;

const isSame: IsLiteral = (literal, text) => literal === text;

const isSameInAnyCase: IsLiteral = (literal, text) => lowerAscii(literal) === lowerAscii(text);

/** Returns a segment with the letters of ASCII in lower case; percent-escapes stay unchanged. */
function lowerAscii(segment: string): string {
  return segment.replace(/%..|[A-Z]+/g, (part) =>
    part.startsWith("%") ? part : part.toLowerCase(),
  );
}

function createNode<Target>(): Node<Target> {
  return { literals: new Map(), param: undefined, target: undefined };
}

/**
 * Returns the target of a path: literals match before parameters. Visits a node at most once, so the size of the table limits the
 * cost.
 */
function find<Target>(
  node: Node<Target>,
  segments: readonly PathSegment[],
  at: number,
): Node<Target>["target"] {
  const segment = segments[at];
  if (segment === undefined) return node.target;
  const literal = node.literals.get(segment.folded);
  const found = literal && find(literal, segments, at + 1);
  return found ?? (node.param && find(node.param, segments, at + 1));
}

/** Returns the match if the literals of the endpoint have the spelling of the path. */
function matchLiterals<Target>(
  endpoint: Endpoint,
  segments: readonly PathSegment[],
  target: Target,
  isLiteral: IsLiteral,
): Match<Target> | undefined {
  const params = new Map<string, string>();
  for (const [index, segment] of endpoint.segments.entries()) {
    const { text, value } = segments[index] as PathSegment;
    if (isParam(segment)) params.set(segment.param, value);
    else if (!isLiteral(segment.literal, text)) return undefined;
  }
  return { value: target, params };
}
