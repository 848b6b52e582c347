/** A value of a document: what JSON can express. */
export type JsonObject = { readonly [name: string]: unknown };

/** An OpenAPI document as plain data. Every `$ref` in it starts with `#`, except in extensions and in data such as examples. */
export interface OpenApiDocument {
  readonly version: "2.0" | "3.0" | "3.1" | "3.2";
  /** The file or the URL, as the caller wrote it. */
  readonly source: string;
  readonly root: JsonObject;
  /** The absolute paths of its files; missing for a document from a URL. */
  readonly files?: readonly string[];
  /** Harmless faults, such as a schema that refers to nothing; missing without one. */
  readonly notes?: readonly DocumentFinding[];
}

/** A fault of a document: a code in snake_case, a message, and where it is. */
export interface DocumentFinding {
  readonly code: string;
  readonly message: string;
  /** The file, as a path from the folder of the document. */
  readonly file: string;
  /** Line and column, counted from 1; missing if the fault has no position. */
  readonly line?: number;
  readonly column?: number;
}

/** The result of reading a document: the document, or why it cannot be used. */
export type LoadedDocument =
  | { readonly ok: true; readonly document: OpenApiDocument }
  | {
      readonly ok: false;
      readonly source: string;
      readonly findings: readonly DocumentFinding[];
    };
