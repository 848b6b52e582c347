import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createListFilter } from "../../src/mcp/server/filter-lists.js";
import { policy as base, OWNER, READER, tokenOf, verify } from "./fixture.js";
import { authInfoOf, namesIn, open, SDK_VERSIONS } from "./in-memory-client.js";

describe.each(SDK_VERSIONS)("a hidden tool of a server of %s", (generation) => {
  it("does not hide the resources and prompts on which it decides", async () => {
    const { ask, close } = await open(generation, {
      resources: { "notes://all": "secret_tool", "notes://{accountID}/notes": "account_notes" },
      prompts: { summary: "secret_tool" },
    });
    const listed = async (method: string, member: string, token: string) =>
      namesIn(await ask({ method }, authInfoOf(token)), member);
    for (const token of [READER, tokenOf({ scope: "mcp:tools" })]) {
      expect(await listed("resources/list", "resources", token)).toEqual(["all"]);
      expect(await listed("prompts/list", "prompts", token)).toEqual(["summary"]);
      expect(await listed("tools/list", "tools", token)).not.toContain("secret_tool");
    }
    await close();
  });
});

describe("a list of resources", () => {
  const hide = (tool: string) => {
    const rule: string | object | undefined = base.definition.tools?.[tool as "purge"];
    const shown = typeof rule === "string" ? { scope: rule } : rule;
    const tools = { ...base.definition.tools, [tool]: { ...shown, hidden: true } };
    return loadPolicy({ ...base.definition, tools });
  };

  /** Returns whether a caller sees a resource on which a tool decides. */
  const isListed = (
    policy: typeof base,
    tool: string,
    token: string | undefined,
    isOpen: boolean,
  ) => {
    const surface = { resources: { "notes://all": tool }, anonymous: isOpen } as never;
    const filter = createListFilter(policy, surface, undefined);
    const result = { resources: [{ uri: "notes://all" }] };
    const known = token === undefined ? undefined : verify(token);
    const shown = filter.filter("resources/list", result, known, () => true);
    return (shown as typeof result).resources.length === 1;
  };

  const TOOLS = [
    "write_note",
    "account_notes",
    "export_notes",
    "studio_notes",
    "purge",
    "delete_account",
    "ping_public",
    "whoami",
  ];

  it.each(TOOLS)("is the same whether or not %s is hidden", (tool) => {
    const policies = [base, hide(tool)] as [typeof base, typeof base];
    for (const token of [undefined, READER, OWNER, tokenOf({ scope: "mcp:tools" })]) {
      for (const isOpen of [true, false]) {
        const [plain, hidden] = policies.map((one) => isListed(one, tool, token, isOpen));
        expect(hidden, String(token)).toBe(plain);
      }
    }
  });
});
