import { McpServer } from "@modelcontextprotocol/server";
import { protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { createTestAuthorizer, INFO, READER } from "./fixture.js";
import { authInfoOf, open, SDK_VERSIONS } from "./in-memory-client.js";

describe("security schemes", () => {
  const authorizer = createTestAuthorizer();

  it.each(SDK_VERSIONS)(
    "contain for each tool the scopes of the policy, %s",
    async (generation) => {
      const { ask, close } = await open(generation, { securitySchemes: true });
      const { result } = await ask({ method: "tools/list" }, authInfoOf(READER));
      const listed = result?.["tools"] as {
        name: string;
        securitySchemes: unknown;
        _meta: { securitySchemes: unknown };
      }[];
      const schemes = Object.fromEntries(listed.map((tool) => [tool.name, tool.securitySchemes]));
      expect(schemes).toMatchObject({
        ping_public: [{ type: "noauth" }, { type: "oauth2" }],
        read_note: [{ type: "oauth2", scopes: ["notes:read", "mcp:tools"] }],
        write_note: [{ type: "oauth2", scopes: ["notes:read", "notes:write", "mcp:tools"] }],
        export_notes: [{ type: "oauth2", scopes: ["notes:read", "mcp:tools"] }],
        list_notes: [{ type: "oauth2", scopes: ["notes:read", "mcp:tools"] }],
        whoami: [{ type: "oauth2", scopes: ["mcp:tools"] }],
      });
      expect(JSON.stringify(schemes["account_notes"])).not.toContain("accountID");
      expect(listed.map((tool) => tool._meta.securitySchemes)).toEqual(
        listed.map((tool) => tool.securitySchemes),
      );
      await close();
    },
  );

  it("of the tool itself must equal those of the policy", () => {
    const start = (scopes: readonly string[]) => {
      const server = new McpServer(INFO);
      const mcp = protect(server, { authorizer });
      mcp.registerTool(
        "read_note",
        { _meta: { securitySchemes: [{ type: "oauth2", scopes }] } },
        () => ({ content: [] }),
      );
      try {
        mcp.assertComplete();
      } catch (error) {
        const { findings } = error as { findings: readonly { code: string }[] };
        return findings.filter(({ code }) => code === "security_schemes");
      }
      return [];
    };
    expect(start(["notes:write"])).toEqual([
      {
        code: "security_schemes",
        path: "tools.read_note",
        message:
          'the tool\'s own securitySchemes differ from those of the policy: [{"type":"oauth2","scopes":["notes:read","mcp:tools"]}]',
      },
    ]);
    expect(start(["notes:read", "mcp:tools"])).toEqual([]);
  });
});
