// Runs the authorization scenarios of the MCP project against the demo's authorization server. The suite prints an authorization
// URL and waits for the callback: a browser without JavaScript signs in and consents.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { start } from "../../examples/authorization-server/server.js";
import { policy } from "../../examples/loopwise/policy.js";
import { createFormBrowser } from "../authorization-server/form-browser.js";
import { createClient } from "../authorization-server/oauth-client.js";
import { approveAll } from "../authorization-server/visit.js";

/** Returns a free port. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Authorizes as a user whom the suite sends to a URL. */
async function authorize(issuer: string, url: string): Promise<void> {
  const browser = createFormBrowser(issuer);
  const signIn = await browser.go(url);
  const page = await browser.submit(signIn, [["person", "ana"]]);
  const callback = await browser.submit(page, approveAll(page));
  await fetch(callback.url);
}

function finish(suite: ChildProcess, read: (text: string) => void): Promise<number> {
  suite.stdout?.setEncoding("utf8").on("data", read);
  suite.stderr?.setEncoding("utf8").on("data", read);
  return new Promise((resolve) => suite.on("close", (code) => resolve(code ?? 1)));
}

/** Runs the scenarios, and returns the summary of the suite and whether every scenario passes. */
export async function runAuthorizationScenarios(node: string, suite: string) {
  const server = await start(policy);
  const { issuer, resource } = server;
  const port = await freePort();
  const redirect = `http://127.0.0.1:${port}/callback`;
  const { id } = await createClient(issuer, redirect, { application_type: "native" });
  const args = [suite, "authorization", "--url", issuer, "--client-id", id];
  const suiteProcess = spawn(node, [...args, "--resource", resource, "--port", String(port)]);
  const timer = setTimeout(() => suiteProcess.kill(), 120_000);
  let output = "";
  let isAuthorized = false;
  const code = await finish(suiteProcess, (text) => {
    output += text;
    const url = /^http\S+\/auth\?\S+$/m.exec(output)?.[0];
    if (isAuthorized || url === undefined) return;
    isAuthorized = true;
    authorize(issuer, url).catch((error: unknown) => {
      output += `${String(error)}\n`;
      suiteProcess.kill();
    });
  });
  clearTimeout(timer);
  await server.close();
  const [log = "", summary = ""] = output.split("=== SUMMARY ===\n");
  const passes = summary.match(/^✓ .*: [1-9]\d* passed, 0 failed$/gm) ?? [];
  return { summary: summary.trim() || log, isPassed: code === 0 && passes.length === 2 };
}
