import { relative, resolve, sep } from "node:path";
import { isLoopback, urlParts } from "../../grammar/url.js";
import { listTools } from "../source/list-tools.js";
import type { SourceContents, SourceOperation } from "../source/source.js";
import type { DocumentFlags } from "../source/source-flags.js";

/** A source that a policy is compared with. */
export interface DriftSource {
  readonly kind: SourceOperation["kind"];
  /** A URL or a file, as the user wrote it. */
  readonly location: string;
  readonly contents: SourceContents;
}

/** Reads a source. */
export async function readDriftSource(
  source: string,
  _cwd: string,
  { token }: DocumentFlags & { readonly token: string | undefined },
): Promise<DriftSource> {
  const location = source.replace(/^mcp:/, "");
  const tools = await listTools(location, { token });
  return {
    kind: "tool",
    location,
    contents: {
      operations: tools.map((descriptor) => ({
        kind: "tool",
        name: descriptor.name,
        rule: undefined,
        descriptor,
      })),
      definition: {},
      report: { source, counts: { read: tools.length, merged: 0, guessed: 0, left: 0 }, notes: [] },
    },
  };
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
