// Bundles the command line with its libraries, which are not dependencies of the package, and writes their licences beside it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { root } from "./entries.mjs";

const source = join(root, "src");
const built = join(root, "dist");

/** Libraries in files of their own, since most of the command line does not need them. */
const LAZY = [
  // loads policies in TypeScript
  { file: "./cli/jiti.js", exports: { "jiti/static": ["createJiti"] } },
  // lists the tools of an MCP server
  {
    file: "./cli/mcp-client.js",
    exports: {
      "@modelcontextprotocol/client": [
        "Client",
        "StreamableHTTPClientTransport",
        "extractWWWAuthenticateParams",
      ],
    },
  },
  // is an MCP server; one file, since both modules must have the same classes
  {
    file: "./cli/mcp-server.js",
    exports: {
      "@modelcontextprotocol/server": ["McpServer"],
      "@modelcontextprotocol/server/stdio": ["StdioServerTransport", "serveStdio"],
    },
  },
];

/** Dependencies of the package, which a library in the bundle loads instead of a copy. */
const DEPENDENCIES = ["zod", "zod/*", "jose"];

/** The modules with which the MCP SDKs validate what the command line never asks for: results of tools, and forms that a user fills in. */
const VALIDATORS = /^@modelcontextprotocol\/(?:client|server)\/_shims$/;
const NO_VALIDATOR = `
  export { default as process } from "node:process";
  export const CORS_IS_POSSIBLE = false;
  export class DefaultJsonSchemaValidator {}`;

/** Packages that the user installs for what needs them. */
const OPTIONAL_PEERS = ["@redocly/openapi-core"];

/** @type {import("esbuild").Plugin} */
const sharedModules = {
  name: "shared-modules",
  setup(build) {
    // a module of the library stays the one that the package's entries load
    build.onResolve({ filter: /^\.\.\// }, ({ path, resolveDir }) => {
      const file = relative(source, resolve(resolveDir, path)).replaceAll("\\", "/");
      const isShared = resolveDir.startsWith(source) && !file.startsWith("cli/");
      return isShared ? { path: `./${file}`, external: true } : undefined;
    });
    for (const { file, exports } of LAZY) {
      for (const name of Object.keys(exports)) {
        build.onResolve({ filter: new RegExp(`^${name}$`) }, ({ kind }) =>
          kind === "dynamic-import" ? { path: file, external: true } : undefined,
        );
      }
    }
    const namespace = "no-validator";
    build.onResolve({ filter: VALIDATORS }, ({ path }) => ({ path, namespace }));
    build.onLoad({ filter: /./, namespace }, () => ({ contents: NO_VALIDATOR }));
  },
};

/** Bundles the command line into `dist/cli.js`, and the libraries that it seldom needs into files in `dist/cli`. */
export async function bundleCommandLine() {
  const results = [
    await bundle({ entryPoints: [join(source, "cli.ts")], outfile: join(built, "cli.js") }),
    ...(await Promise.all(LAZY.map(bundleLibrary))),
  ];
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  writeFileSync(join(built, "THIRD-PARTY-LICENSES.txt"), licences(inputs));
}

/** @param {(typeof LAZY)[number]} library */
function bundleLibrary({ file, exports }) {
  const lines = Object.entries(exports).map(
    ([name, names]) => `export { ${names.join(", ")} } from "${name}";`,
  );
  const stdin = { contents: lines.join("\n"), resolveDir: root };
  return bundle({ stdin, outfile: join(built, file) });
}

/** @param {import("esbuild").BuildOptions} options */
function bundle(options) {
  return build({
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    minify: true,
    keepNames: true, // the name of an error's class is a part of a message
    legalComments: "none", // the licences are in a file of their own
    metafile: true,
    absWorkingDir: root,
    tsconfig: join(root, "tsconfig.build.json"),
    plugins: [sharedModules],
    external: [...DEPENDENCIES, ...OPTIONAL_PEERS],
    // CommonJS modules in the bundle load modules of Node
    banner: {
      js: `import { createRequire as createNodeRequire } from "node:module"; const require = createNodeRequire(import.meta.url);`,
    },
    ...options,
  });
}

/**
 * Returns the licences of the packages that files belong to.
 *
 * @param {readonly string[]} files paths from the root of the project
 */
function licences(files) {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const notices = [...new Set(folders)].map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    );
    return `${name} ${version} (${license})\n\n${licenceOf(join(root, folder))}`;
  });
  const head = "The command line contains these packages, each under its own licence.";
  return `${[head, ...notices.sort()].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** @param {string} folder */
function licenceOf(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return readFileSync(join(folder, file), "utf8").trim();
}
