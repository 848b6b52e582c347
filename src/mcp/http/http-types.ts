/** A request as the gate reads it: the parts that every host can provide. */
export interface McpHttpRequest {
  /** The method, as received. */
  readonly method: string;
  /** The path with its query, as received. */
  readonly target: string;
  /** Returns every value of a header, by its name in lower case. A host that joins repeated headers returns one value. */
  field(name: string): readonly string[];
  /** Reads the raw body, up to a number of bytes. The gate calls it at most once, and for POST only. */
  read(most: number): Promise<BodyResult>;
}

/** A body, or the reason why it is missing: longer than allowed, interrupted, or consumed before the gate read it. */
export type BodyResult = Uint8Array | "too_large" | "unreadable" | "already_read";

/** A response that the gate itself creates, as plain data: the host writes `body` as JSON. */
export interface McpHttpResponse {
  /** The HTTP status. */
  readonly status: number;
  /** Headers by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; `undefined` for a response without one. */
  readonly body: unknown;
}
