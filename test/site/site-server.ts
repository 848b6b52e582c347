// The built site on loopback, below its real path.
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { root } from "../../scripts/entries.mjs";

/** Folder of the built site. */
export const SITE = join(root, ".cache/site");
/** Path of the site on its host. */
export const BASE = "/scope-policy/";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".md": "text/markdown; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/** Returns the file that the path of a URL names, as GitHub Pages finds it, or `undefined`. */
export function fileAt(pathname: string): string | undefined {
  if (!pathname.startsWith(BASE)) return undefined;
  const path = join(SITE, decodeURIComponent(pathname.slice(BASE.length)));
  const file = pathname.endsWith("/") ? join(path, "index.html") : path;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

/** Starts the server on a free port. */
export async function serveSite(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const file = fileAt(new URL(request.url ?? "/", "http://site").pathname);
    response.writeHead(file === undefined ? 404 : 200, {
      "content-type": TYPES[extname(file ?? ".txt")] ?? "application/octet-stream",
    });
    response.end(file === undefined ? "" : readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
