// Shared code of the example servers: a running server that a test can stop, and the start from the command line.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { AccessToken, AuthorizerOptions } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import type { LocalIssuer } from "./local-issuer.js";

/** An example that listens on loopback. */
export interface RunningExample<Issuer extends TokenIssuer = LocalIssuer> {
  readonly url: string;
  readonly issuer: Issuer;
  close(): Promise<void>;
}

/** The issuer of the tokens that an example accepts. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwks: URL;
  /** Returns whether a token has been revoked, if the issuer can revoke tokens. */
  isRevoked?(token: AccessToken): boolean;
  /** Records that a token is used now, if the issuer shows when a grant was last used. */
  onUsed?(token: AccessToken): void;
  /** Adds an event to the audit log, if the issuer shows one. */
  audit?(event: AuditEvent): unknown;
  close(): Promise<void>;
}

/** Starts an issuer for the address of a server. */
export type StartIssuer<Issuer extends TokenIssuer> = (resource: string) => Promise<Issuer>;

/** Options of an example server: the sink of its audit events. */
export type ExampleOptions = Pick<AuthorizerOptions, "audit">;

/** Returns options that ask the issuer about revocations, and report uses and audit events to it. */
export function withIssuer(issuer: TokenIssuer, { audit }: ExampleOptions) {
  return {
    // a signed token stays valid after revocation, so the issuer is asked
    isRevoked: (token) => issuer.isRevoked?.(token) ?? false,
    onUsed: (token) => issuer.onUsed?.(token),
    audit: async (event) => {
      await Promise.all([issuer.audit?.(event), audit?.(event)]);
    },
  } satisfies Partial<AuthorizerOptions>;
}

/** Returns the address of a server that listens on loopback. */
export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stops a server and closes its connections. */
export function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Runs the example until it is interrupted if its module is the main module, and prints requests to try. */
export async function serveIfMain(
  moduleUrl: string,
  start: () => Promise<RunningExample>,
  hint: (example: RunningExample) => Promise<readonly string[]>,
): Promise<void> {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return;
  const example = await start();
  console.log(`listening on ${example.url}, until you press Ctrl-C`);
  for (const line of await hint(example)) console.log(line);
  process.once("SIGINT", () => void example.close());
}
