/**
 * Methods of endpoints: those of RFC 9110 that act on a resource, and PATCH (RFC 5789). HEAD requests are treated as GET
 * (RFC 9110, section 9.3.2). TRACE and CONNECT are not API calls.
 */
export const METHODS: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Maximum number of characters in the path of a request. */
export const MAX_PATH_LENGTH = 8_192;

/** The method whose endpoints repeat those of GET. */
export const HEAD = "HEAD";

/** A segment in the path of an endpoint: literal texts with a parameter between each two. */
export interface Segment {
  /** The literal texts, one more than parameters. Around a parameter that is the whole segment, they are empty. */
  readonly literals: readonly string[];
  /** The names of the parameters. */
  readonly params: readonly string[];
  /** Whether the parameter takes one or more segments. */
  readonly isCatchAll: boolean;
}

/** Returns whether one parameter is the whole segment. */
export function isWhole({ literals, params }: Segment): boolean {
  return params.length === 1 && literals.every((literal) => literal === "");
}

/** A parsed key of `endpoints`. */
export interface Endpoint {
  readonly method: string;
  /** The segments. Only the last one can be a catch-all. */
  readonly segments: readonly Segment[];
}

/** Returns whether an endpoint ends in a catch-all. */
export function endsInCatchAll({ segments }: Endpoint): boolean {
  return segments.at(-1)?.isCatchAll === true;
}

/** An error in a key of `endpoints`. */
export interface EndpointError {
  readonly code: "endpoint_syntax" | "endpoint_method";
  readonly message: string;
  /** The method in the key, if it is unknown. */
  readonly method: string | undefined;
  /** The key that was probably meant. */
  readonly meant: string | undefined;
}

/** Returns whether a key was parsed without an error. */
export function isEndpoint(read: Endpoint | EndpointError): read is Endpoint {
  return Object.hasOwn(read, "segments");
}

const COLON = /^:([A-Za-z_]\w*)$/;
const CATCH_ALL = /^\{([A-Za-z_]\w*)\*\}$/;
const BRACES = /\{([A-Za-z_]\w*)\}/;

/** Parses a key such as `GET /v1/projects/:projectId`: a method, one space, a canonical path. */
export function parseEndpoint(key: string): Endpoint | EndpointError {
  const read = readEndpoint(key);
  // no repair gives an unknown method a meaning
  if (isEndpoint(read) || read.code === "endpoint_method") return read;
  return { ...read, meant: repairedKey(key) };
}

function readEndpoint(key: string): Endpoint | EndpointError {
  const space = key.indexOf(" ");
  const method = key.slice(0, Math.max(space, 0));
  const path = key.slice(space + 1);
  if (space < 1 || !path.startsWith("/")) {
    return syntaxError(
      "expected a method, one space and a path, as in `GET /v1/projects/:projectId`",
    );
  }
  if (method !== HEAD && !METHODS.includes(method)) {
    const message = `unknown method \`${method}\``;
    return { code: "endpoint_method", message, method, meant: undefined };
  }
  const endpoint = splitEndpoint(key);
  const texts = segmentsOf(path);
  const seen = new Set<string>();
  for (const [index, segment] of endpoint.segments.entries()) {
    const isLast = index === texts.length - 1;
    const error = segmentError(segment, texts[index] as string, isLast, seen);
    if (error !== undefined) return syntaxError(error);
  }
  return endpoint;
}

function segmentError(
  { literals, params, isCatchAll }: Segment,
  text: string,
  isLast: boolean,
  seen: Set<string>,
): string | undefined {
  for (const param of params) {
    if (seen.has(param) || param === "__proto__") {
      return `duplicate or reserved path parameter \`${param}\``;
    }
    seen.add(param);
  }
  if (isCatchAll) {
    return isLast ? undefined : `\`${text}\` takes all segments that follow: put it at the end`;
  }
  if (literals.slice(1, -1).includes("")) {
    return `\`${text}\` has two placeholders without a literal character between them`;
  }
  const isColon = text.startsWith(":") && literals.join("") !== "";
  const isCanonical =
    params.length === 0
      ? isCanonicalSegment(text)
      : // their letter case and length would depend on the value beside them
        literals.every((literal) => PLAIN.test(literal));
  if (!isColon && isCanonical) return undefined;
  const empty = isLast ? "a trailing slash" : "an empty segment";
  return `${text === "" ? empty : `the segment \`${text}\``} is not canonical: ${CANONICAL}`;
}

/** Reads a key that {@link parseEndpoint} has accepted. */
export function splitEndpoint(key: string): Endpoint {
  const space = key.indexOf(" ");
  return { method: key.slice(0, space), segments: segmentsOf(key.slice(space + 1)).map(readKey) };
}

function readKey(text: string): Segment {
  const catchAll = CATCH_ALL.exec(text)?.[1];
  const param = catchAll ?? COLON.exec(text)?.[1];
  // names and literal texts alternate
  const parts = param === undefined ? text.split(BRACES) : ["", param, ""];
  return {
    literals: parts.filter((_, index) => index % 2 === 0),
    params: parts.filter((_, index) => index % 2 === 1),
    isCatchAll: catchAll !== undefined,
  };
}

const CANONICAL =
  "expected no empty segment, no trailing slash, no dot segment, no needless escape and none of `\\ ; # ? *`";

function syntaxError(message: string): EndpointError {
  return { code: "endpoint_syntax", message, method: undefined, meant: undefined };
}

/** Spellings of other tools and what they mean here, in the order in which they are tried. */
const REPAIRS: readonly ((key: string) => string)[] = [
  (key) => key.replaceAll(/\/{2,}/g, "/").replace(/\/$(?<=\/.*\/)/, ""),
  // `{page-id}`
  (key) => key.replaceAll(/\{\w+(?:-\w+)+\}/g, (name) => name.replaceAll("-", "_")),
  // `:name:cancel`, `:name\:cancel`, `:from-:to`
  (key) =>
    key
      .replaceAll(/\\:|::/g, ":")
      .replaceAll(/(?<=[/.-]):([A-Za-z_]\w*)(?=[^\w/])|(?<=[.-]):([A-Za-z_]\w*)/g, "{$1$2}"),
  // `*`, `*path`, `{path+}`, `:path(.*)`
  (key) =>
    key.replace(/(?<=\/)[^\w/]*(?:(\w+)[^\w/]*)?$/, (text, name = "path") =>
      /[*+]|\.{3}/.test(text) ? `{${name}*}` : text,
    ),
];
const MAX_REPAIRED_LENGTH = 1_000;

/** Returns the key that was probably meant by an invalid one. */
function repairedKey(key: string): string | undefined {
  if (key.length > MAX_REPAIRED_LENGTH) return undefined;
  let repaired = key;
  for (const repair of REPAIRS) {
    repaired = repair(repaired);
    if (isEndpoint(readEndpoint(repaired))) return repaired;
  }
  return undefined;
}

/** Returns the segments of a path. `/` has none; every other path has one after each slash. */
export function segmentsOf(path: string): readonly string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

/**
 * Returns a text that is equal for two segments that some router cannot distinguish: without parameter names and without letter
 * case.
 */
export function segmentIdentity({ literals, isCatchAll }: Segment): string {
  return isCatchAll ? "{*}" : literals.map(foldLiteral).join("{}");
}

/** Returns a text that is equal for two endpoints that some router cannot distinguish: {@link segmentIdentity} for all of it. */
export function endpointIdentity({ method, segments }: Endpoint): string {
  return `${method} /${segments.map(segmentIdentity).join("/")}`;
}

/** Returns a literal as {@link foldCase} returns the text of a path. */
export function foldLiteral(literal: string): string {
  return foldCase(decodeURIComponent(literal));
}

/**
 * Returns a decoded text without letter case. The result is equal for two texts that any router could confuse, whether it compares
 * in lower case, in upper case, or with a regular expression with the flag `i` (with or without `u`). Lower case alone is not
 * enough: `ẞ` is `ß` in lower case, and `ß` is `SS` in upper case. The dotted `İ` is the plain `i` in Turkish and in simple case
 * mappings.
 */
export function foldCase(text: string): string {
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

/** Decodes percent-encoded UTF-8. Returns `undefined` for other text. */
export function decodeUtf8(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // overlong, truncated, or a surrogate: not UTF-8 (RFC 3629, section 3)
  }
}
