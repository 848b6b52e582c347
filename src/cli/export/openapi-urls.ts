import { textOption } from "../command.js";
import { UsageError } from "../terminal/io.js";
import type { ExporterOption } from "./exporter.js";

/** The options for the addresses of the authorization server. */
export const URL_OPTIONS: readonly ExporterOption[] = [
  {
    flags: "--authorization-url <url>",
    description: "openapi: the authorization endpoint, for the scheme of the document",
  },
  {
    flags: "--token-url <url>",
    description: "openapi: the token endpoint; alone, the flow is that of client credentials",
  },
];

/** Addresses that OpenAPI requires and a policy does not have. `.invalid` is reserved for names that never exist (RFC 2606). */
const PLACEHOLDERS = {
  authorizationUrl: "https://authorization-server.invalid/authorize",
  tokenUrl: "https://authorization-server.invalid/token",
} as const;

/** A flow of an OAuth scheme: its name and its addresses. */
export interface Flow {
  readonly name: "authorizationCode" | "clientCredentials";
  readonly urls: Readonly<Record<string, string>>;
  /** The flags that would replace the placeholders. */
  readonly missing: readonly string[];
}

/**
 * Returns the flow of a scheme. An address that is not given is a placeholder.
 *
 * @throws {@link UsageError} for an address that is not a URL
 */
export function readFlow(given: Readonly<Record<string, unknown>>): Flow {
  const authorizationUrl = readUrl(given, "authorizationUrl", "--authorization-url");
  const tokenUrl = readUrl(given, "tokenUrl", "--token-url");
  if (authorizationUrl === undefined && tokenUrl !== undefined)
    return { name: "clientCredentials", urls: { tokenUrl }, missing: [] };
  const missing = [
    ...(authorizationUrl === undefined ? ["--authorization-url"] : []),
    ...(tokenUrl === undefined ? ["--token-url"] : []),
  ];
  const urls = {
    authorizationUrl: authorizationUrl ?? PLACEHOLDERS.authorizationUrl,
    tokenUrl: tokenUrl ?? PLACEHOLDERS.tokenUrl,
  };
  return { name: "authorizationCode", urls, missing };
}

function readUrl(
  given: Readonly<Record<string, unknown>>,
  name: string,
  flag: string,
): string | undefined {
  const url = textOption(given, name);
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(
      `${flag} \`${url}\`: expected a URL such as https://auth.example.com/token`,
    );
  }
  return new URL(url).href;
}
