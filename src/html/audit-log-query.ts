import { CONTROL } from "../grammar/shown-text.js";

/** Which part of the audit log a page shows. Spread it into the argument of the query. */
export interface AuditLogQuery {
  /** Only the requests of this client. Default: those of all clients. */
  readonly client_id?: string;
  /** Only refused requests. Default: all. */
  readonly refused?: true;
  /** Cursor of the page: `next` of the page before it. Default: the newest requests. */
  readonly before?: string;
}

/** Maximum number of characters of a filter or of a cursor in the address of an audit log. */
const MAX_QUERY_TEXT = 512;

/**
 * Reads the query of the address of an audit log, as the links and the form of `renderAuditLog` write it. Ignores what is empty, has
 * control characters or is longer than 512 characters, and never throws.
 *
 * @param query - the decoded query: `url.searchParams`, or anything with such a `get`
 *
 * @example
 * ```ts
 * import { readAuditLogQuery } from "scope-policy/html";
 *
 * const url = new URL("https://as.example/settings/audit-log?client_id=app-1&refused=true");
 * readAuditLogQuery(url.searchParams); // { client_id: "app-1", refused: true }
 * ```
 */
export function readAuditLogQuery(query: {
  get(name: string): string | null | undefined;
}): AuditLogQuery {
  const textOf = (name: string) => {
    const value = query.get(name);
    const isUsable = typeof value === "string" && value !== "" && value.length <= MAX_QUERY_TEXT;
    return isUsable && !CONTROL.test(value) ? value : undefined;
  };
  const [client_id, before] = [textOf("client_id"), textOf("before")];
  return {
    ...(client_id !== undefined && { client_id }),
    ...(textOf("refused") === "true" && { refused: true as const }),
    ...(before !== undefined && { before }),
  };
}
