import { definePolicy } from "../../decision/define-policy.js";

/** The policy of the MCP server of the command line: what a program that starts the server lets an assistant do. */
export const serverPolicy = definePolicy({
  name: "scope-policy mcp",
  version: "1",
  scopes: {
    "guides:read": "Read the guides of the package scope-policy",
    "policies:read": "Read policies in one folder, and answer questions about them",
    "modules:run": {
      description: "Run policies that are JavaScript or TypeScript modules",
      default: "off",
      warning: "A module can do everything that the user can do.",
    },
  },
  tools: {
    check: "policies:read",
    diff: "policies:read",
    explain: "policies:read",
    lint: "policies:read",
    plan: "policies:read",
    // decides on the resources, and is not a tool of the server
    read_guide: "guides:read",
    // no call of a client: the reader of files asks for it
    run_module: { scope: "modules:run", internal: true },
  },
});

/** The scopes of the local token: those of every server, and one that only `--allow-modules` adds. */
export function localScope(allowModules: boolean): string {
  const always = "guides:read policies:read";
  return allowModules ? `${always} modules:run` : always;
}
