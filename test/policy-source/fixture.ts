import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyChange, PolicyFault, PolicySourceOptions } from "scope-policy/policy-source";

/** Returns the text of a policy in which `list_orders` needs one scope. */
export function policyText(version: string, scope = "orders:read", name = "Shop"): string {
  const scopes = { "orders:read": "See orders", "orders:write": "Change orders" };
  return JSON.stringify({ name, version, scopes, tools: { list_orders: scope } });
}

/** Options that record what a source reports. The timer does not run during a test. */
export function recording(options: PolicySourceOptions = {}) {
  const faults: PolicyFault[] = [];
  const changes: PolicyChange[] = [];
  const versions: string[] = [];
  const recorded: PolicySourceOptions = {
    interval: 60_000,
    onPolicy: (policy) => void versions.push(policy.version),
    onDiff: (change) => void changes.push(change),
    onFault: (fault) => void faults.push(fault),
    ...options,
  };
  return { faults, changes, versions, options: recorded };
}

/** Runs a test in a directory of its own. */
export async function inDirectory<Result>(use: (directory: string) => Promise<Result>) {
  const directory = await mkdtemp(join(tmpdir(), "policy-source-"));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Runs a test with an HTTP server on a loopback port. */
export async function withServer<Result>(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: string) => Promise<Result>,
) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/policy.json`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
