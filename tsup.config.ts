import { defineConfig } from "tsup";
import { bundleCommandLine } from "./scripts/bundle-command-line.mjs";
import { entries } from "./scripts/entries.mjs";
import { joinModules } from "./scripts/join-modules.mjs";

// tsup compiles each module to a file, and joinModules then joins these to few. The command line shares them: a policy made through
// the package is one that it knows.
export default defineConfig({
  entry: ["src/**/*.ts", "!src/cli.ts", "!src/cli/**"],
  bundle: false,
  format: ["esm"],
  target: "es2023",
  platform: "neutral",
  tsconfig: "tsconfig.build.json",
  dts: {
    entry: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    // tsup adds baseUrl, which TypeScript 6 refuses (TS5101)
    compilerOptions: { ignoreDeprecations: "6.0" },
  },
  clean: true,
  treeshake: false,
  onSuccess: async () => {
    await bundleCommandLine();
    await joinModules();
  },
});
