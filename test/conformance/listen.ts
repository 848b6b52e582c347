// Listens on loopback, and refuses foreign hosts and origins. The SDKs leave this check to the code that mounts their handlers.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

const rejectForeign = (request: Request) =>
  hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
  originValidationResponse(request, localhostAllowedOrigins());

/** Returns whether a request names a foreign host or origin. */
export function isForeign({ headers: { host = "", origin } }: IncomingMessage): boolean {
  const headers = { host, ...(origin !== undefined && { origin }) };
  return rejectForeign(new Request("http://127.0.0.1", { headers })) !== undefined;
}

/** Serves the web's `Request` and `Response`. */
export function listenWeb(
  serve: (request: Request) => Promise<Response>,
  end: () => Promise<void>,
): Promise<RunningServer> {
  const answer = getRequestListener((request) => rejectForeign(request) ?? serve(request));
  return listen(
    createServer((incoming, outgoing) => void answer(incoming, outgoing)),
    end,
  );
}

export async function listen(server: Server, end: () => Promise<void>): Promise<RunningServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: async () => {
      await end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
