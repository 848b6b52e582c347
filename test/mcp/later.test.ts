import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Server as LowLevelV2, McpServer } from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import { type McpCoverageOptions, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { INFO } from "./fixture.js";
import { SDK_VERSIONS, type SdkVersion } from "./in-memory-client.js";

const policy = definePolicy({
  name: "Small",
  version: "1",
  scopes: { "notes:read": "Read notes" },
  tools: { read_note: "notes:read", find_note: "notes:read", read_any: "notes:read" },
});

function open(generation: SdkVersion) {
  const server = generation === "v1" ? new McpServerV1(INFO) : new McpServer(INFO);
  const mcp = protect(server as McpServer, {
    authorizer: createAuthorizer({ policy, verify: () => undefined }),
    resources: { "notes://all": "read_any", "notes://later": "read_any" },
    prompts: { summary: "read_any", plan: "read_any" },
  });
  const register = server as McpServer;
  register.registerTool("read_note", {}, () => ({ content: [] }));
  register.registerResource("all", "notes://all", {}, () => ({ contents: [] }));
  register.registerPrompt("summary", {}, () => ({ messages: [] }));
  const codesFor = (options?: readonly string[] | McpCoverageOptions): readonly string[] => {
    try {
      mcp.assertComplete(options);
      return [];
    } catch (error) {
      const { findings } = error as { findings: readonly { code: string; path: string }[] };
      return findings.map(({ code, path }) => `${code} ${path}`);
    }
  };
  return { codesFor, register };
}

describe.each(SDK_VERSIONS)("`later` of a server of %s", (generation) => {
  it("names what is registered after the check", () => {
    const { codesFor, register } = open(generation);
    const all = [
      "unregistered_tool tools.find_note",
      'unregistered_resource resources["notes://later"]',
      "unregistered_prompt prompts.plan",
    ];
    expect(codesFor()).toEqual(all);
    expect(codesFor({})).toEqual(all);
    expect(codesFor({ later: ["find_note"] })).toEqual(all.slice(1));
    const later = ["find_note", "notes://later", "plan"];
    expect(codesFor({ later })).toEqual([]);
    // what was complete with `later` is not complete without it
    expect(codesFor()).toEqual(all);
    register.registerTool("find_note", {}, () => ({ content: [] }));
    expect(codesFor({ later })).toEqual([]);
    expect(codesFor()).toEqual(all.slice(1));
  });

  it("does not excuse what the policy lacks", () => {
    const { codesFor, register } = open(generation);
    const later = ["find_note", "notes://later", "plan"];
    expect(codesFor({ later: [...later, "find_nte", "notes://x"] })).toEqual([
      "unknown_name later.find_nte",
      'unknown_name later["notes://x"]',
    ]);
    register.registerTool("other", {}, () => ({ content: [] }));
    expect(codesFor({ later })).toEqual(["unmapped_tool tools.other"]);
  });
});

describe("the options of `assertComplete`", () => {
  const mcp = protect(new LowLevelV2(INFO, { capabilities: { tools: {} } }), {
    authorizer: createAuthorizer({ policy, verify: () => undefined }),
  });

  const assertComplete = (options: readonly string[] | McpCoverageOptions) =>
    mcp.assertComplete(options);

  it("take the tools of a low-level server as a list or as `tools`", () => {
    const tools = ["read_note", "find_note", "read_any"];
    expect(() => assertComplete(tools)).not.toThrow();
    expect(() => assertComplete({ tools })).not.toThrow();
    expect(() => assertComplete({ tools: tools.slice(1) })).toThrow(/`read_note`/);
    expect(() => assertComplete({ tools: tools.slice(1), later: ["read_note"] })).not.toThrow();
  });

  it.each([{ latr: [] }, { later: "find_note" }, { later: [1] }, { tools: undefined }, "a", 7])(
    "reject %j",
    (options) => {
      expect(() => assertComplete(options as never)).toThrow(
        expect.objectContaining({ code: "ERR_OPTIONS_INVALID" }),
      );
    },
  );
});
