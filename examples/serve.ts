// What the servers of the examples share: a running server that a test can stop, and a start from the command line.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { AuthorizerOptions } from "scope-policy";
import type { LocalIssuer } from "./local-issuer.js";

/** An example that listens on loopback. */
export interface RunningExample<Issuer extends TokenIssuer = LocalIssuer> {
  readonly url: string;
  readonly issuer: Issuer;
  close(): Promise<void>;
}

/** Whoever issues the tokens that an example takes. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly jwks: URL;
  /** Whether a token was ended before its time, where the issuer can end one. */
  isRevoked?(jti: string | undefined): boolean;
  close(): Promise<void>;
}

/** Starts an issuer for the address of a server. */
export type StartIssuer<Issuer extends TokenIssuer> = (resource: string) => Promise<Issuer>;

/** What a server may be told besides: where its audit events go. */
export type ExampleOptions = Pick<AuthorizerOptions, "audit">;

/** The address of a server that listens on loopback. */
export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stops a server with whatever connections it has. */
export function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** If this very file was started, runs the example until it is interrupted, and says how to ask it. */
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
