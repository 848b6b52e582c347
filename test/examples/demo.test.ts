import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startDemo } from "../../examples/authorization-server/demo.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = ["scripts/run.mjs", "examples/authorization-server/demo.ts", "movementors"];

/** Returns the output of a program up to the line that explains how to stop it. */
async function instructionsOf({ stdout }: ChildProcessWithoutNullStreams): Promise<string> {
  let printed = "";
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    if (printed.includes("Ctrl-C")) return printed;
  }
  return printed;
}

// once more on a busy machine: a second signal that arrives after the program has closed its listeners ends it by that signal
it("the demo starts both servers, prints their addresses, and stops when a signal arrives twice", {
  retry: 2,
}, async () => {
  const demo = spawn(process.execPath, PROGRAM, { cwd: root });
  onTestFinished(() => void demo.kill("SIGKILL"));
  let errors = "";
  demo.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  const instructions = await instructionsOf(demo);
  const [url, metadata, server] = instructions.match(/http:\S+/g) ?? [];
  const resource = await (await fetch(String(metadata))).json();
  const issuer = new URL(String(server)).origin;
  expect(resource).toMatchObject({ resource: url, authorization_servers: [issuer] });
  expect(await (await fetch(String(server))).json()).toMatchObject({ issuer });

  const exit = once(demo, "exit");
  demo.kill("SIGINT");
  demo.kill("SIGINT");
  expect(await exit).toEqual([0, null]);
  expect(errors).toBe("");
  await expect(fetch(String(url))).rejects.toThrow();
  await expect(fetch(issuer)).rejects.toThrow();
});

it.each([
  ["loopwise", "Loopwise"],
  ["movementors", "MoveMentors"],
  ["localisation", "Localisation platform"],
] as const)("the demo %s runs an MCP server and its authorization server", async (name, title) => {
  const demo = await startDemo(name);
  onTestFinished(() => demo.close());
  const [url, metadata] = demo.instructions.match(/http:\S+/g) ?? [];
  expect(url).toBe(demo.url);
  expect(await (await fetch(String(metadata))).json()).toMatchObject({
    resource: demo.url,
    authorization_servers: [demo.issuer],
    resource_name: title,
  });
});
