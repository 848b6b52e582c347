import { relative, resolve, sep } from "node:path";
import { isLoopback, urlParts } from "../../grammar/url.js";
import { placeOf } from "../openapi/texts.js";
import { parseSource, type ReadOptions, readSource } from "../source/read-source.js";
import { shownSource } from "../source/shown-source.js";
import type { SourceContents, SourceOperation } from "../source/source.js";
import { UsageError } from "../terminal/io.js";

/** A source that a policy is compared with. */
export interface DriftSource {
  readonly kind: SourceOperation["kind"];
  /** A URL or a file, as the user wrote it. */
  readonly location: string;
  readonly contents: SourceContents;
}

/**
 * Reads a source that a policy can be compared with: an MCP server or an OpenAPI document.
 *
 * @throws {@link UsageError} for another source, and for one that cannot be read
 */
export async function readDriftSource(
  source: string,
  options: Omit<ReadOptions, "table" | "name">,
): Promise<DriftSource> {
  const { kind, location } = parseSource(source);
  const read = await readSource(source, { ...options, table: "refused" });
  if (read.ok) {
    return { kind: kind === "mcp" ? "tool" : "endpoint", location, contents: read.contents };
  }
  const texts = read.findings.map((finding) => `${placeOf(finding)}: ${finding.message}`);
  const more = texts.length === 1 ? "" : ` (and ${texts.length - 1} more)`;
  throw new UsageError(
    `cannot use \`${shownSource(source)}\`: ${texts.slice(0, 1).join("")}${more}`,
  );
}

/**
 * Returns the name under which fingerprints of a source are kept: a URL without credentials and query, on a loopback host without
 * its port, or the path of a file from the folder of the fingerprints.
 */
export function sourceName({ kind, location }: DriftSource, folder: string, cwd: string): string {
  const prefix = kind === "tool" ? "mcp:" : "openapi:";
  const url = urlParts(location);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return prefix + relative(folder, resolve(cwd, location)).split(sep).join("/");
  }
  const host = isLoopback(url) ? "localhost" : url.host;
  return `${prefix}${url.protocol}//${host}${url.pathname}`;
}
