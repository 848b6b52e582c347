// The playground as one static page on loopback, bundled, under a content security policy as strict as the site's.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { root, sourceAliases } from "../../scripts/entries.mjs";

const FOLDER = join(root, "docs/.vitepress/playground");

/** Files of the bundle by path. The page asks for the worker under the name of its source, as in `new URL("./worker.ts", …)`. */
export type Bundle = Readonly<Record<string, Uint8Array>>;

/** Bundles the page, its style and its worker. */
export async function bundlePlayground(): Promise<Bundle> {
  const result = await build({
    entryPoints: ["main.ts", "worker.ts", "playground.css"].map((name) => join(FOLDER, name)),
    alias: sourceAliases,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    outdir: FOLDER,
    write: false,
  });
  return Object.fromEntries(
    result.outputFiles.map(({ path, contents }) => [path.slice(FOLDER.length), contents]),
  );
}

const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Playground</title><link rel="icon" href="/icon"><link rel="stylesheet" href="/site.css"><link rel="stylesheet" href="/playground.css"></head>
<body><main><h1>Playground</h1><div id="playground"></div></main><script type="module" src="/start.js"></script></body></html>`;

const SITE_CSS = `:root{color-scheme:light}:root.dark{color-scheme:dark}body{margin:1rem;font-family:sans-serif;background:Canvas;color:CanvasText}`;

const START = `import { mount } from "./main.js";
if (location.search === "?dark") document.documentElement.classList.add("dark");
mount(document.querySelector("#playground"));`;

const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; frame-src 'self'; object-src 'none'; base-uri 'none'";

const TYPES: Readonly<Record<string, string>> = { js: "text/javascript", css: "text/css" };

/** Server of the page. */
export interface PlaygroundServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function servePlayground(bundle: Bundle): Promise<PlaygroundServer> {
  const files: Readonly<Record<string, string | Uint8Array>> = {
    ...bundle,
    "/": PAGE,
    "/start.js": START,
    "/site.css": SITE_CSS,
    "/icon": "",
    "/worker.ts": bundle["/worker.js"] ?? "",
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const content = files[path];
    const extension = path === "/worker.ts" ? "js" : (path.split(".")[1] ?? "");
    response.writeHead(content === undefined ? 404 : 200, {
      "content-type": `${TYPES[extension] ?? "text/html"}; charset=utf-8`,
      "content-security-policy": CSP,
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
