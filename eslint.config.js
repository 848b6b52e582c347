import { defineConfig, globalIgnores } from "eslint/config";
import regexp from "eslint-plugin-regexp";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([
    "dist",
    "docs/api",
    "coverage",
    "reports",
    ".cache",
    "etc/tmp",
    "test/smoke",
    "test/adoption/cases",
    "test/adoption/clients/programs",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // not `projectService`, which takes a third more of the time: it asks for each file as an editor does
        project: [
          "tsconfig.json",
          "docs/.vitepress/tsconfig.json",
          "docs/.vitepress/playground/tsconfig.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/no-empty-object-type": [
        "error",
        { allowInterfaces: "with-single-extends" },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // expressions of the package take linear time for any text; test/regular-expressions.test.ts checks those that the code builds
    files: ["src/**"],
    plugins: { regexp },
    rules: {
      "regexp/no-super-linear-backtracking": ["error", { report: "potential" }],
      "regexp/no-super-linear-move": ["error", { report: "potential" }],
    },
  },
  {
    // V8 allocates such a function in its old space, so that the object which gets it, a server for one request for example, stays
    // until the next full collection
    files: ["src/**"],
    ignores: ["src/cli/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "AssignmentExpression[left.type='MemberExpression'][right.type=/^(Arrow)?FunctionExpression$/]",
          message: "give the function a name, and assign that",
        },
      ],
    },
  },
  {
    // the compiler checks these through their JSDoc casts, which the linter does not see
    files: ["**/*.mjs"],
    rules: {
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  {
    files: ["test/**"],
    rules: {
      "@typescript-eslint/require-await": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            "MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|fails)$/]",
          message: "a test is run or deleted",
        },
      ],
    },
  },
);
