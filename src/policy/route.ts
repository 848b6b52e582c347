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
  const path = segments.map((segment) => (isParam(segment) ? "{}" : foldCase(segment.literal)));
  return `${method} /${path.join("/")}`;
}

/**
 * Returns a canonical segment without escapes and without letter case. The text is equal for two segments that any router could
 * confuse, whether it compares in lower case, in upper case, or with a regular expression with the flag `i` (with or without
 * `u`). Lower case alone is not enough: `ẞ` is `ß` in lower case, and `ß` is `SS` in upper case. The dotted `İ` is the plain `i`
 * in Turkish and in simple case mappings.
 */
function foldCase(segment: string): string {
  if (!segment.includes("%")) return segment.toLowerCase();
  const plain = decodeURIComponent(segment).toLowerCase().toUpperCase().toLowerCase();
  return plain.replaceAll("i\u0307", "i");
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

/** The endpoint of a request, with the values of its path parameters as written in the path. */
export interface Match<Target> {
  readonly value: Target;
  readonly params: ReadonlyMap<string, string>;
}

/** Finds endpoints by method and path. */
export interface EndpointRouter<Target> {
  /** Returns the endpoint of a request; `undefined` for an unknown endpoint and for a path that is not canonical. */
  match(method: string, path: string): Match<Target> | undefined;
}

/**
 * Creates the router of a policy. The lookup ignores letter case, and the endpoint that it finds must then have the spelling of
 * the path. A router that ignores case runs `/admin` for `/Admin` too, so `/Admin` must not match as a value of `/:name`.
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
        const folded = foldCase(segment.literal);
        const next = node.literals.get(folded) ?? createNode<Target>();
        node.literals.set(folded, next);
        node = next;
      }
    }
    node.target = { value: target, endpoint };
  }
  return {
    match(method, path) {
      const root = roots.get(method === "HEAD" ? "GET" : method);
      if (root === undefined || path.length > MAX_PATH_LENGTH || !path.startsWith("/"))
        return undefined;
      const segments = segmentsOf(path);
      if (!segments.every(isCanonicalSegment)) return undefined;
      const target = find(root, segments, 0);
      return target && matchExactly(target.endpoint, segments, target.value);
    },
  };
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
  segments: readonly string[],
  at: number,
): Node<Target>["target"] {
  const segment = segments[at];
  if (segment === undefined) return node.target;
  const literal = node.literals.get(foldCase(segment));
  const found = literal && find(literal, segments, at + 1);
  return found ?? (node.param && find(node.param, segments, at + 1));
}

/** Returns the match if the literals of the endpoint equal the segments of the path, including letter case. */
function matchExactly<Target>(
  endpoint: Endpoint,
  segments: readonly string[],
  value: Target,
): Match<Target> | undefined {
  const params = new Map<string, string>();
  for (const [index, segment] of endpoint.segments.entries()) {
    const text = segments[index] as string;
    if (isParam(segment)) params.set(segment.param, text);
    else if (segment.literal !== text) return undefined;
  }
  return { value, params };
}
