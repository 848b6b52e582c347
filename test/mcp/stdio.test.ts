import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, it } from "vitest";
import { INFO } from "./fixture.js";
import { SDK_VERSIONS, type SdkVersion } from "./in-memory-client.js";

const CLIENTS = {
  v1: async (parameters: ConstructorParameters<typeof StdioV1>[0]) => {
    const client = new ClientV1(INFO);
    await client.connect(new StdioV1(parameters));
    return client;
  },
  v2: async (parameters: ConstructorParameters<typeof StdioV2>[0]) => {
    const client = new ClientV2(INFO);
    await client.connect(new StdioV2(parameters));
    return client;
  },
};

/** Returns what a client of either SDK sees of a program that it starts. */
async function seen(generation: SdkVersion) {
  const client = await CLIENTS[generation]({
    command: process.execPath,
    args: ["scripts/run.mjs", "test/mcp/stdio-server.ts", generation],
  });
  const { tools } = await client.listTools();
  const answers: [string, boolean, string | undefined][] = [];
  for (const name of ["read_note", "write_note", "export_notes"]) {
    const { content, isError } = await client.callTool({ name, arguments: {} });
    const [first] = content as { text: string }[];
    answers.push([name, isError === true, first?.text.split(":")[0]]);
  }
  await client.close();
  return { listed: tools.map((tool) => tool.name), answers };
}

it("a program over standard input and output acts with its local token, with both SDKs", async () => {
  for (const { listed, answers } of await Promise.all(SDK_VERSIONS.map(seen))) {
    expect(listed).toEqual(["write_note", "read_note", "export_notes"]);
    expect(answers).toEqual([
      ["read_note", false, "read_note of local"],
      ["write_note", true, "more scope is needed"],
      ["export_notes", true, "upgrade required"],
    ]);
  }
});
