import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import type { ReportNote } from "../source/source.js";
import { UsageError } from "../terminal/io.js";
import type { JsonObject, OpenApiDocument } from "./document.js";
import { nameList } from "./texts.js";

/** Returns the base path of an operation, which has no slash at its end. */
export type BasePathReader = (pathItem: JsonObject, operation: JsonObject) => string;

/**
 * Creates the reader of base paths of a document. A server list of an operation replaces that of its path, and that one the list of
 * the document. The first server of a list counts; `note` gets a remark for each list whose servers have different base paths.
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
    const path = withoutSlashes(given);
    return () => path;
  }
  if (document.version === "2.0") {
    const written = readOwn(document.root, "basePath");
    const path =
      typeof written === "string" ? withoutSlashes(`/${written.replace(/^\/+/, "")}`) : "";
    return () => path;
  }
  const known = new Map<unknown, string>();
  const pathOf = (servers: readonly unknown[]): string => {
    const seen = known.get(servers);
    if (seen !== undefined) return seen;
    const path = pathOfServers(servers, document.source, note);
    known.set(servers, path);
    return path;
  };
  return (pathItem, operation) => {
    const lists = [operation, pathItem, document.root].map((owner) => readOwn(owner, "servers"));
    const servers = lists.find((list) => Array.isArray(list) && list.length > 0);
    return servers === undefined ? "" : pathOf(servers as readonly unknown[]);
  };
}

function pathOfServers(
  servers: readonly unknown[],
  source: string,
  note: (note: ReportNote) => void,
): string {
  const read = servers.map((server) => pathOfServer(server, source));
  const paths = [...new Set(read.flatMap((one) => one?.path ?? []))];
  const [path = ""] = paths;
  const subject = String(readOwn(servers[0], "url"));
  const add = (code: string, message: string) => note({ subject, code, message });
  if (read.some((one) => one === undefined))
    add("server_url", "a server without a readable `url` is ignored");
  if (paths.length > 1)
    add(
      "several_base_paths",
      `the servers have the base paths ${nameList(paths.map((one) => one || "/"))}: the first is used, and \`--base-path\` chooses another`,
    );
  if (read[0]?.hasVariable)
    add(
      "server_variable",
      `the base path \`${path}\` has the default of a server variable: \`--base-path\` chooses another`,
    );
  return path;
}

/** Returns the path of a server; `undefined` for one without a readable URL. */
function pathOfServer(server: unknown, source: string) {
  const written = readOwn(server, "url");
  if (typeof written !== "string") return undefined;
  const variables = readOwn(server, "variables");
  const url = written.replaceAll(/\{([^{}]*)\}/g, (whole, name: string) => {
    const variable = readOwn(variables, name);
    const value = readOwn(variable, "default");
    return typeof value === "string" || typeof value === "number" ? String(value) : whole;
  });
  const path = pathOfUrl(url, source);
  if (path === undefined) return undefined;
  const template = written.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  return { path, hasVariable: isObject(variables) && template.includes("{") };
}

function pathOfUrl(url: string, source: string): string | undefined {
  // a host without a default is not a host name, and only the path counts
  const text = url.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*/i, "http://host");
  const base = /^https?:\/\//i.test(source) ? source : "http://host/";
  try {
    const { pathname } = new URL(text, base);
    return withoutSlashes(pathname.replaceAll("%7B", "{").replaceAll("%7D", "}"));
  } catch {
    return undefined;
  }
}

function withoutSlashes(path: string): string {
  return path.replace(/\/+$/, "");
}
