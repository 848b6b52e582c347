import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer } from "@modelcontextprotocol/server";
import { protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { INFO, newAuthorizer, policy, tokenOf } from "./fixture.js";
import { bearing, GENERATIONS, type Generation, talkTo, textOf } from "./talk.js";

const tokenFor = (account: string) =>
  tokenOf({ scope: `mcp:tools /accounts/${account}/notes.read` });

/** A server with one tool, which shows the argument that its handler gets. */
function newServer(generation: Generation, accountID: z.ZodType) {
  const server = generation === "v2" ? new McpServer(INFO) : new McpServerV1(INFO);
  const mcp = protect(server as McpServer, { policy, authorizer: newAuthorizer() });
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
    title: "a schema that checks",
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
    title: "a value that a schema would trim",
    schema: z.string().trim(),
    given: " a ",
    token: "a",
    text: INVALID,
  },
  {
    title: "a value that a schema would fill in",
    schema: z.string().default("a"),
    given: undefined,
    token: "a",
    text: INVALID,
  },
  {
    title: "a value that a schema would take for the one that the token is bound to",
    schema: z.string().toLowerCase(),
    given: "A",
    token: "a",
    text: MISMATCH,
  },
  // what the page warns of: the decision is about the value that came, and the handler reads another one
  {
    title: "the value that came, whatever a schema makes of it: lower case",
    schema: z.string().toLowerCase(),
    given: "A",
    token: "A",
    text: 'read "a"',
  },
  {
    title: "the value that came, whatever a schema makes of it: a number",
    schema: z.coerce.number(),
    given: "007",
    token: "007",
    text: "read 7",
  },
  {
    title: "the value that came, whatever a schema makes of it: another account",
    schema: z.string().transform(() => "b"),
    given: "a",
    token: "a",
    text: 'read "b"',
  },
];

describe.each(GENERATIONS)("an argument of a tool, %s, is decided on as it came", (generation) => {
  it.each(ROWS)("$title", async ({ schema, given, token, text }) => {
    const { ask, close } = await talkTo(generation, newServer(generation, schema));
    const params = { name: "account_notes", arguments: { accountID: given } };
    const reply = await ask({ method: "tools/call", params }, bearing(tokenFor(token)));
    expect(textOf(reply).slice(0, text.length)).toBe(text);
    await close();
  });
});
