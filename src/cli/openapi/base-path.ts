import { readOwn } from "../../decision/access-token.js";
import { MAX_PATH_LENGTH } from "../../policy/endpoint-key.js";
import type { ReportNote } from "../source/source.js";
import { UsageError } from "../terminal/io.js";
import type { JsonObject, OpenApiDocument } from "./document.js";
import type { Remark } from "./endpoint-key-of.js";
import { nameList } from "./texts.js";

/** The base path of an operation. */
export interface BasePath {
  /** The path, without a slash at its end. */
  readonly path: string;
  /** The paths of the other servers. */
  readonly others?: readonly string[];
  /** Why another path is possible. */
  readonly guess?: Remark;
  /** Why the path is unknown. */
  readonly fault?: Remark;
}

/** Returns the base path of an operation. */
export type BasePathReader = (pathItem: JsonObject, operation: JsonObject) => BasePath;

/**
 * Creates the reader of base paths of a document. A server list of an operation replaces that of its path, and that one the list of
 * the document. The first readable server of a list counts; `note` gets a remark for each list with a choice.
 *
 * @param given - the base path that replaces what the document contains
 * @throws {@link UsageError} if `given` is not a path
 */
export function createBasePathReader(
  document: OpenApiDocument,
  given: string | undefined,
  note: (note: ReportNote) => void,
): BasePathReader {
  if (given !== undefined) {
    if (!/^\/[^?#\s]*$/.test(given))
      throw new UsageError(`--base-path \`${given}\`: expected a path, as in \`/v1\``);
    const base = { path: withoutSlashes(given) };
    return () => base;
  }
  if (document.version === "2.0") {
    const written = readOwn(document.root, "basePath");
    const path =
      typeof written === "string" ? withoutSlashes(`/${written.replace(/^\/+/, "")}`) : "";
    const fault =
      path.length > MAX_PATH_LENGTH ? TOO_LONG : hasBraces(path) ? withoutDefault(path) : undefined;
    const base = { path: fault === TOO_LONG ? "" : path, ...(fault && { fault }) };
    return () => base;
  }
  const known = new Map<unknown, BasePath>();
  const baseOf = (servers: readonly unknown[]): BasePath => {
    const base = known.get(servers) ?? baseOfServers(servers, document.source, note);
    known.set(servers, base);
    return base;
  };
  return (pathItem, operation) => {
    const lists = [operation, pathItem, document.root].map((owner) => readOwn(owner, "servers"));
    const servers = lists.find((list) => Array.isArray(list) && list.length > 0);
    return servers === undefined ? { path: "" } : baseOf(servers as readonly unknown[]);
  };
}

function baseOfServers(
  servers: readonly unknown[],
  source: string,
  note: (note: ReportNote) => void,
): BasePath {
  const read = servers.map((server) => readServer(server, source));
  const readable = read.filter((one) => one !== undefined);
  const [first] = readable;
  const path = first?.path ?? "";
  const written = readOwn(servers[0], "url");
  const subject = typeof written === "string" ? written : "servers";
  const add = (code: string, message: string) => note({ subject, code, message });
  if (readable.length < read.length)
    add("server_url", "a server without a readable `url` is ignored");
  const paths = [...new Set(readable.map((one) => one.path))];
  const others = paths.slice(1, MAX_BASE_PATHS);
  if (paths.length > MAX_BASE_PATHS) return { path, others, fault: TOO_MANY };
  if (hasBraces(path)) return { path, others, fault: withoutDefault(path) };
  if (first?.hasVariable)
    add(
      "server_variable",
      `the base path \`${path}\` has the default of a server variable: \`--base-path\` chooses another`,
    );
  if (others.length > 0)
    add(
      "several_base_paths",
      `the servers have the base paths ${nameList(paths.map(shown))}: the first is used, and \`--base-path\` chooses another`,
    );
  if (paths.length === 1 && read[0] !== undefined) return { path };
  const message = `the document does not determine its base path: \`${shown(path)}\` is used`;
  return { path, others, guess: { code: "base_path_guessed", message } };
}

const MAX_BASE_PATHS = 50;

const TOO_MANY: Remark = {
  code: "base_path_unknown",
  message: `the servers have more than ${MAX_BASE_PATHS} base paths: \`--base-path\` chooses one`,
};

const TOO_LONG: Remark = {
  code: "base_path_unknown",
  message: "the base path is longer than any path of a request: `--base-path` chooses another",
};

/** Returns the path of a server; `undefined` for one without a readable URL. A variable without a default stays in braces. */
function readServer(server: unknown, source: string) {
  const written = readOwn(server, "url");
  if (typeof written !== "string" || written.length > MAX_PATH_LENGTH) return undefined;
  const variables = readOwn(server, "variables");
  let hasVariable = false;
  let length = 0;
  const afterHost = (AUTHORITY.exec(written)?.[0] ?? "").length;
  const url = written.replaceAll(/\{([^{}]*)\}/g, (whole, name: string, at: number) => {
    const variable = readOwn(variables, name);
    const value = readOwn(variable, "default");
    if (typeof value !== "string" && typeof value !== "number") return whole;
    length += String(value).length;
    if (length > MAX_PATH_LENGTH) return "";
    const others = readOwn(variable, "enum");
    const values = [value, ...(Array.isArray(others) ? (others as readonly unknown[]) : [])];
    hasVariable ||= at >= afterHost || values.some((one) => String(one).includes("/"));
    return String(value);
  });
  const path = length > MAX_PATH_LENGTH ? undefined : pathOfUrl(url, source);
  return path === undefined ? undefined : { path, hasVariable };
}

/** The scheme and the host of a URL, in which a variable has no part of the path unless its value has a slash. */
const AUTHORITY = /^(?:[^/:]*:)?\/\/[^/]*/;

function pathOfUrl(url: string, source: string): string | undefined {
  // a host without a default is not a host name, and only the path counts
  const text = url.replace(AUTHORITY, "http://host");
  const base = /^https?:\/\//i.test(source) ? source : "http://host/";
  try {
    const { pathname } = new URL(text, base);
    return withoutSlashes(pathname.replaceAll("%7B", "{").replaceAll("%7D", "}"));
  } catch {
    return undefined;
  }
}

function withoutDefault(path: string): Remark {
  const message = `the base path \`${path}\` has a variable without a default, so that the paths below it are unknown: \`--base-path\` names it`;
  return { code: "base_path_unknown", message };
}

function hasBraces(path: string): boolean {
  return /[{}]/.test(path);
}

function shown(path: string): string {
  return path || "/";
}

/** A pattern would need quadratic time for many slashes that are not at the end. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}
