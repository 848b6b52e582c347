import { readFile, stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { readOwn } from "../../decision/access-token.js";
import type { DocumentFinding } from "../openapi/document.js";
import { readOpenApi } from "../openapi/import-openapi.js";
import { loadOpenApi } from "../openapi/load-document.js";
import { UsageError } from "../terminal/io.js";
import { listTools } from "./list-tools.js";
import { readMcp } from "./read-mcp.js";
import { readTable, type TableKeys } from "./read-table.js";
import { serverUrl } from "./server-fetch.js";
import { shownSource } from "./shown-source.js";
import type { SourceContents } from "./source.js";
import type { DocumentFlags } from "./source-flags.js";

/** A source of operations: an MCP server, an OpenAPI document, or a file that is a document or a table. */
export interface Source {
  readonly kind: "mcp" | "openapi" | "file";
  /** A URL, or the path of a file. */
  readonly location: string;
}

/** Options of {@link readSource}. */
export interface ReadOptions extends DocumentFlags {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** The bearer token for an MCP server. */
  readonly token?: string | undefined;
  /** The name of the policy. Default: one that the source has. */
  readonly name?: string;
  /** What the keys of a table are; `"refused"` if the source cannot be a table. Default: what its names allow. */
  readonly table?: TableKeys | "refused" | undefined;
}

/** The result of reading a source: its contents, or the findings about a document. */
export type ReadSource =
  | {
      readonly ok: true;
      readonly contents: SourceContents;
      /** The files of a document. Default: none. */
      readonly files?: readonly string[];
    }
  | {
      readonly ok: false;
      readonly source: string;
      readonly findings: readonly DocumentFinding[];
    };

const PREFIXES = ["mcp", "openapi"] as const;
const URL_START = /^https?:\/\//i;
const DOCUMENT_END = /\.(json|ya?ml)$/i;

/** Returns the source that a text names: `mcp:URL`, `openapi:FILE` or `openapi:URL`, a URL, or a file. */
export function parseSource(text: string): Source {
  const prefix = PREFIXES.find((kind) => text.startsWith(`${kind}:`));
  if (prefix !== undefined) return { kind: prefix, location: text.slice(prefix.length + 1) };
  if (!URL_START.test(text)) return { kind: "file", location: text };
  const isDocument = DOCUMENT_END.test(serverUrl(text, undefined).pathname);
  return { kind: isDocument ? "openapi" : "mcp", location: text };
}

/**
 * Reads a source and returns its contents.
 *
 * @throws {@link UsageError} for a source that cannot be read, and where an option is missing
 */
export async function readSource(text: string, options: ReadOptions): Promise<ReadSource> {
  const { kind, location } = parseSource(text);
  if (location === "") throw new UsageError(`\`${text}\` names no source`);
  if (kind === "mcp") return { ok: true, contents: await readServer(text, location, options) };
  const table = kind === "file" ? await tableIn(location, options.cwd) : undefined;
  if (table === undefined) return readDocument(location, options);
  const { table: keys, listMeans } = options;
  if (keys === "refused") {
    throw new UsageError(
      `\`${location}\` is a table, and a table says nothing about what is served`,
    );
  }
  const name = options.name ?? basename(location, extname(location));
  return { ok: true, contents: readTable(table, { source: location, name, keys, listMeans }) };
}

async function readServer(
  source: string,
  url: string,
  { token, name, listMeans }: ReadOptions,
): Promise<SourceContents> {
  const tools = await listTools(url, { token });
  return readMcp(tools, {
    source: shownSource(source),
    name: name ?? serverUrl(url, undefined).host,
    hasToken: token !== undefined,
    listMeans,
  });
}

/**
 * Reads an OpenAPI document, from a file or a URL, and returns its contents.
 *
 * @throws {@link UsageError} for a document that cannot be read, and where an option is missing
 */
export async function readDocument(location: string, options: ReadOptions): Promise<ReadSource> {
  const loaded = await loadOpenApi(location, options.cwd, options.root);
  if (!loaded.ok) return loaded;
  const { document } = loaded;
  return { ok: true, contents: readOpenApi(document, options), files: document.files ?? [] };
}

/** Maximum number of bytes of a table. A larger file is read as a document. */
const MAX_TABLE_BYTES = 5_000_000;

/** Returns the text of a file that is JSON and not an OpenAPI document; `undefined` for every other file. */
async function tableIn(file: string, cwd: string): Promise<string | undefined> {
  if (extname(file).toLowerCase() !== ".json") return undefined;
  const path = resolve(cwd, file);
  // a file that cannot be read, or is too large, is a matter of the reader of documents
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : Infinity),
    () => Infinity,
  );
  if (size > MAX_TABLE_BYTES) return undefined;
  const text = await readFile(path, "utf8");
  return isOpenApi(text) ? undefined : text;
}

function isOpenApi(text: string): boolean {
  try {
    const data: unknown = JSON.parse(text);
    return readOwn(data, "openapi") !== undefined || readOwn(data, "swagger") !== undefined;
  } catch {
    return false;
  }
}
