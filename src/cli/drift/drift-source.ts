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

/** The name of a source, for reports and for the file of its fingerprints. */
export interface SourceName {
  /** A URL without credentials and query, or the path of a file from the folder of the fingerprints. */
  readonly shown: string;
  /** The name in the file of fingerprints: a loopback host has no port, because that differs with each run. */
  readonly kept: string;
}

/** Returns the name of a source. */
export function sourceName(
  { kind, location }: DriftSource,
  folder: string,
  cwd: string,
): SourceName {
  const prefix = kind === "tool" ? "mcp:" : "openapi:";
  const url = urlParts(location);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const path = prefix + relative(folder, resolve(cwd, location)).split(sep).join("/");
    return { shown: path, kept: path };
  }
  const nameAt = (host: string) => `${prefix}${url.protocol}//${host}${url.pathname}`;
  return { shown: nameAt(url.host), kept: nameAt(isLoopback(url) ? "localhost" : url.host) };
}
