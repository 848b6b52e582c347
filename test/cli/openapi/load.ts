import type { LoadedDocument, OpenApiDocument } from "../../../src/cli/openapi/document.js";
import { loadOpenApi } from "../../../src/cli/openapi/load-document.js";
import { folderOf } from "../run.js";

/** The smallest document, in which other members can be put. */
export const SMALL = { openapi: "3.1.0", info: { title: "Small", version: "1" }, paths: {} };

/** Loads a document of a new folder. The document is the first file. */
export function loadIn(
  files: Readonly<Record<string, unknown>>,
  root?: string,
): Promise<LoadedDocument> {
  const folder = folderOf(
    Object.fromEntries(Object.entries(files).map(([name, content]) => [name, textOf(content)])),
  );
  return loadOpenApi(Object.keys(files)[0] ?? "", folder, root);
}

function textOf(content: unknown): string | Uint8Array {
  const isWritten = typeof content === "string" || content instanceof Uint8Array;
  return isWritten ? content : JSON.stringify(content);
}

/** Returns the document, or throws with the findings. */
export function documentOf(loaded: LoadedDocument): OpenApiDocument {
  if (loaded.ok) return loaded.document;
  throw new Error(JSON.stringify(loaded.findings, undefined, 2));
}

/** Returns a finding as one line: file, position, code and message. */
export function findingsOf(loaded: LoadedDocument): readonly string[] {
  if (loaded.ok) return [];
  return loaded.findings.map(({ file, line, column, code, message }) => {
    const position = line === undefined ? "" : `:${line}:${column}`;
    return `${file}${position} ${code}: ${message}`;
  });
}
