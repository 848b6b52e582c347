import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import { createServerFactory } from "../../../src/cli/mcp/create-server.js";
import { readGuides } from "../../../src/cli/mcp/guides.js";
import {
  createPolicyReader,
  type PolicyReaderOptions,
} from "../../../src/cli/mcp/policy-reader.js";

/** Options of {@link connect}. Default: modules are refused, and running one fails the test. */
export interface ConnectOptions {
  readonly allowModules?: boolean;
  readonly runModule?: PolicyReaderOptions["runModule"];
}

/** Connects a client to the server of the command line over a folder, in this process. */
export async function connect(root: string, options: ConnectOptions = {}): Promise<Client> {
  const { allowModules = false, runModule = unexpected } = options;
  const reader = await createPolicyReader({ root, runModule });
  const factory = await createServerFactory({ root, allowModules, reader, guides: readGuides() });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await Promise.all([factory().connect(theirs), client.connect(mine)]);
  onTestFinished(() => client.close());
  return client;
}

const unexpected: PolicyReaderOptions["runModule"] = (file) => {
  throw new Error(`${file} was run`);
};

/** Milliseconds that an answer may take. */
export const SLOW_MACHINE = 600_000;

/** The result of a call: its text, its data, and whether it is an error. */
export async function ask(client: Client, name: string, input: Record<string, unknown>) {
  const {
    content,
    structuredContent,
    isError = false,
  } = await client.callTool({ name, arguments: input }, { timeout: SLOW_MACHINE });
  const [first] = content as readonly { readonly text: string }[];
  return { text: first?.text ?? "", data: structuredContent, isError };
}
