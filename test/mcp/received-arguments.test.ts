import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { titled } from "../titled.js";
import { createTestAuthorizer, INFO, policy, tokenOf } from "./fixture.js";
import {
  authInfoOf,
  connectInMemory,
  SDK_VERSIONS,
  type SdkVersion,
  textOf,
} from "./in-memory-client.js";

const tokenFor = (account: string) =>
  tokenOf({ scope: `mcp:tools /accounts/${account}/notes.read` });

/** Creates a server with one tool, which returns the argument that its handler gets. */
function createServer(generation: SdkVersion, accountID: z.ZodType) {
  const server = generation === "v2" ? new McpServer(INFO) : new McpServerV1(INFO);
  const mcp = protect(server as McpServer, { policy, authorizer: createTestAuthorizer() });
  const inputSchema = z.object({ accountID });
  mcp.registerTool("account_notes", { inputSchema }, (args: { accountID: unknown }) => ({
    content: [{ type: "text", text: `read ${JSON.stringify(args.accountID)}` }],
  }));
  return server;
}

interface Row {
  readonly title: string;
  readonly schema: z.ZodType;
  readonly given: unknown;
  readonly token: string;
  readonly text: string;
}

const INVALID = "invalid parameter";
const MISMATCH = "the token is bound to another value";

const ROWS: readonly Row[] = [
  {
    title: "runs with a schema that only checks the value",
    schema: z
      .string()
      .min(1)
      .max(9)
      .regex(/^[a-z]+$/),
    given: "a",
    token: "a",
    text: 'read "a"',
  },
  {
    title: "refuses a value that the schema would trim",
    schema: z.string().trim(),
    given: " a ",
    token: "a",
    text: INVALID,
  },
  {
    title: "refuses a missing value for which the schema has a default",
    schema: z.string().default("a"),
    given: undefined,
    token: "a",
    text: INVALID,
  },
  {
    title: "refuses a value that the schema would change to the value of the token",
    schema: z.string().toLowerCase(),
    given: "A",
    token: "a",
    text: MISMATCH,
  },
  // the guide warns of these: the gate decides on the received value, and the handler gets another one
  {
    title: "allows a value that the schema then changes to lower case",
    schema: z.string().toLowerCase(),
    given: "A",
    token: "A",
    text: 'read "a"',
  },
  {
    title: "allows a value that the schema then changes to a number",
    schema: z.coerce.number(),
    given: "007",
    token: "007",
    text: "read 7",
  },
  {
    title: "allows a value that the schema then changes to another account",
    schema: z.string().transform(() => "b"),
    given: "a",
    token: "a",
    text: 'read "b"',
  },
];

describe.each(SDK_VERSIONS)(
  "the gate, which decides on the received argument of a tool of %s,",
  (generation) => {
    it.each(titled(ROWS))("%s", async (_title, { schema, given, token, text }) => {
      const { ask, close } = await connectInMemory(generation, createServer(generation, schema));
      const params = { name: "account_notes", arguments: { accountID: given } };
      const reply = await ask({ method: "tools/call", params }, authInfoOf(tokenFor(token)));
      expect(textOf(reply).slice(0, text.length)).toBe(text);
      await close();
    });
  },
);
