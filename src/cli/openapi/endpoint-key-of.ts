import {
  HEAD,
  isEndpoint,
  MAX_PATH_LENGTH,
  METHODS,
  parseEndpoint,
} from "../../policy/endpoint-key.js";

/** A remark on one operation, for the report. */
export interface Remark {
  readonly code: string;
  readonly message: string;
}

/** What a path of a document becomes. */
export interface EndpointKey {
  /** The key of `endpoints`; `undefined` if a policy cannot hold the path. */
  readonly key: string | undefined;
  /** The key by which requests of this operation are decided although it is not their key: the path without its query. */
  readonly nearKey?: string;
  /** Why there is no key, or what was changed to get one. */
  readonly remarks: readonly Remark[];
  /** Whether the key is an interpretation of the path. */
  readonly isGuess: boolean;
}

/** Returns the key of `endpoints` for a method and a path of a document, with its base path. */
export function endpointKeyOf(method: string, path: string): EndpointKey {
  if (method !== HEAD && !METHODS.includes(method)) {
    return none("method", `no endpoint has the method \`${method}\``);
  }
  const cut = path.replaceAll(BRACES, (text) => "_".repeat(text.length)).search(/[?#]/);
  if (cut !== -1) {
    const { key } = endpointKeyOf(method, path.slice(0, cut));
    const what = path[cut] === "#" ? "a fragment" : "a query";
    const missing = none("query_in_path", `the path has ${what}, by which no gate decides`);
    return key === undefined ? missing : { ...missing, nearKey: key };
  }
  if (path.length > MAX_PATH_LENGTH) return none("path_syntax", "the path is too long");
  const { text, renamed, fault } = renameParams(path);
  if (fault !== undefined) return none("path_syntax", fault);
  const { path: plain, remark } = withoutTrailingSlash(encodeLetters(text));
  // only a document can mean the colon: in a key it begins a parameter
  const colon = plain.split("/").find((segment) => segment.startsWith(":"));
  if (colon !== undefined) {
    return none(
      "path_syntax",
      `the segment \`${colon}\` begins with a colon, which begins a parameter in a policy`,
    );
  }
  const key = `${method} ${plain}`;
  const endpoint = parseEndpoint(key);
  if (!isEndpoint(endpoint)) return none("path_syntax", endpoint.message);
  const remarks = [...renamed, ...(remark === undefined ? [] : [remark])];
  return { key, remarks, isGuess: remark !== undefined };
}

function none(code: string, message: string): EndpointKey {
  return { key: undefined, remarks: [{ code, message }], isGuess: false };
}

/** A parameter of a path. */
export const BRACES = /\{[^{}]*\}/g;
const CATCH_ALL = /^\{(?:\+([\w.-]+)|([\w.-]+)[*+])\}$/;
/** The operators of RFC 6570, optional parameters and patterns of some tools. */
const OPERATOR = /\{[*+;?&/.#][^{}]*\}|\{[^{}]*[*+?]\}/;

interface Renamed {
  readonly text: string;
  readonly renamed: readonly Remark[];
  readonly fault?: string;
}

/** Returns a path with parameter names that a policy accepts, each used once. */
function renameParams(path: string): Renamed {
  const names = new Set<string>();
  const renamed: Remark[] = [];
  const nameOf = (written: string): string => {
    const base = written.replaceAll(/\W/g, "_").replace(/^(?=\d|$)/, "p");
    const plain = base === "__proto__" ? "proto" : base;
    let name = plain;
    for (let count = 2; names.has(name); count += 1) name = `${plain}_${count}`;
    names.add(name);
    if (name !== written) {
      const message = `the parameter \`${written}\` is named \`${name}\` in the policy`;
      renamed.push({ code: "parameter_renamed", message });
    }
    return name;
  };
  const fault = paramFault(path);
  if (fault !== undefined) return { text: path, renamed, fault };
  const texts = path.split("/").map((segment) => {
    const [, before, after] = CATCH_ALL.exec(segment) ?? [];
    const catchAll = before ?? after;
    return catchAll === undefined
      ? segment.replaceAll(BRACES, (text) => `{${nameOf(text.slice(1, -1))}}`)
      : `{${nameOf(catchAll)}*}`;
  });
  return { text: texts.join("/"), renamed };
}

function paramFault(path: string): string | undefined {
  // one pattern for both would need quadratic time
  if ([...path.matchAll(BRACES)].some(([text]) => text.includes("/")))
    return "a parameter of the path has a slash in its name";
  const isPlain = path.split("/").every((text) => CATCH_ALL.test(text) || !OPERATOR.test(text));
  return isPlain ? undefined : "a parameter of the path has an operator or a pattern in its name";
}

/** Returns a path with letters beyond ASCII as escapes, and escapes in upper case. */
export function encodeLetters(path: string): string {
  return path
    .replaceAll(/[\u0080-\uffff]+/g, (text) =>
      encodeURIComponent(text.replaceAll(/\p{Cs}/gu, "\ufffd")),
    )
    .replaceAll(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase());
}

function withoutTrailingSlash(path: string): { readonly path: string; readonly remark?: Remark } {
  if (path.length < 2 || !path.endsWith("/")) return { path };
  const message =
    'the slash at the end is left out: set `trailingSlash: "ignore"` at the gate if the API accepts it';
  return { path: path.slice(0, -1), remark: { code: "trailing_slash", message } };
}
