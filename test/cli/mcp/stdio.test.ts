import { once } from "node:events";
import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, it } from "vitest";
import { programPath } from "../program.js";
import { folderOf, ROOT, run } from "../run.js";
import { SMALL_JSON } from "../small-policy.js";
import { ask, SLOW_MACHINE } from "./connect.js";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
};

/**
 * Runs the command in this process over two streams.
 *
 * @param script - what the server starts to run a module
 */
function start(argv: readonly string[], cwd: string, script: readonly string[] = []) {
  const input = new PassThrough();
  const output = new PassThrough();
  const program = [process.execPath, ...script] as const;
  const host = { openStreams: () => ({ input, output }), program };
  return { input, output, ended: run(["mcp", ...argv], { cwd, host }) };
}

it("`mcp` speaks the protocol alone on standard output, and ends with its input", async () => {
  const cwd = folderOf({ "policies/p.json": SMALL_JSON });
  const { input, output, ended } = start(["--root", "policies"], cwd);
  input.write(`not json\n${JSON.stringify(INITIALIZE)}\n`);
  const [line] = (await once(output, "data")) as [Buffer];
  expect(JSON.parse(String(line))).toMatchObject({
    id: 1,
    result: { serverInfo: { name: "scope-policy" } },
  });
  input.end();
  const { code, out, err } = await ended;
  expect({ code, out }).toEqual({ code: 0, out: "" });
  expect(err).toBe(`scope-policy mcp: policies in ${cwd}/policies\n`);
});

it("`mcp` keeps what a module prints out of the stream of the protocol", async () => {
  const definition = JSON.parse(SMALL_JSON) as unknown;
  const printed = { ok: true, file: "/p.mjs", source: "", language: "code", definition };
  const text = [
    "noise",
    "",
    "policy of the module:",
    JSON.stringify(printed, undefined, 2),
    "more",
  ];
  const script = ["-e", `console.log(${JSON.stringify(text.join("\n"))})`, "--"];
  const cwd = folderOf({ "p.mjs": "" });
  const { input, output, ended } = start(["--allow-modules"], cwd, script);
  const lines: string[] = [];
  output.on("data", (chunk: Buffer) => void lines.push(...String(chunk).split("\n")));
  const ask = async (message: object) => {
    input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    await once(output, "data");
  };
  await ask(INITIALIZE);
  const params = { name: "check", arguments: { files: ["p.mjs"] } };
  await ask({ id: 2, method: "tools/call", params });
  input.end();
  await ended;
  const replies = lines.filter(Boolean).map((line) => JSON.parse(line) as { id: number });
  expect(replies.map(({ id }) => id)).toEqual([1, 2]);
  expect(replies[1]).toMatchObject({
    result: { content: [{ text: expect.stringMatching(/^ok {2}p\.mjs/) as unknown }] },
  });
});

it("`mcp` ends if its output breaks", async () => {
  const { input, output, ended } = start([], folderOf({}));
  input.write(`${JSON.stringify(INITIALIZE)}\n`);
  await once(output, "data");
  output.destroy(new Error("broken pipe"));
  expect(await ended).toMatchObject({
    code: 0,
    err: expect.stringContaining("broken pipe") as unknown,
  });
});

it("`mcp` without a folder or without standard input is wrong usage", async () => {
  expect(await run(["mcp"])).toMatchObject({ code: 2, err: "error: there is no standard input\n" });
  const { ended } = start(["--root", "none"], folderOf({}));
  expect(await ended).toMatchObject({
    code: 2,
    err: expect.stringContaining("it does not exist") as unknown,
  });
});

it(
  "a client of the SDK starts the program and uses its tools",
  async () => {
    const root = folderOf({ "p.json": SMALL_JSON });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [programPath(), "mcp", "--root", root],
      cwd: ROOT,
      stderr: "ignore",
    });
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transport, { timeout: SLOW_MACHINE });
    expect(await ask(client, "check", { files: ["p.json"] })).toMatchObject({ isError: false });
    const denied = await ask(client, "explain", { file: "p.json", operation: "list_orders" });
    expect(denied.text).toMatch(/^NO: list_orders requires/);
    expect((await client.listResources()).resources.length).toBeGreaterThan(20);
    await client.close();
  },
  SLOW_MACHINE,
);
