import { defineConfig } from "tsup";
import { entries } from "./scripts/entries.mjs";

const sources = Object.fromEntries(entries.map(({ name, source }) => [name, source]));

// One build for the entries and the command line, so that they share their modules: a policy made
// through the package is the one that the command line knows.
export default defineConfig({
  entry: { ...sources, cli: "src/cli.ts" },
  format: ["esm"],
  target: "es2023",
  platform: "neutral",
  external: [/^node:/],
  removeNodeProtocol: false,
  tsconfig: "tsconfig.build.json",
  dts: {
    entry: sources,
    // tsup adds baseUrl, which TypeScript 6 refuses (TS5101)
    compilerOptions: { ignoreDeprecations: "6.0" },
  },
  sourcemap: true,
  clean: true,
  splitting: true,
  treeshake: false,
});
