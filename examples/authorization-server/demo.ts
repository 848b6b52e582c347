// npx tsx authorization-server/demo.ts [loopwise | movementors | localisation]
//
// Starts on loopback the MCP server of the school platform (or of the platform for mentors, or of the localisation platform) behind the
// gate of its policy, and an authorization server that uses the same policy. Connect an MCP client to the printed address.
import { fileURLToPath } from "node:url";
import type { AuditEvent } from "scope-policy/audit";
import { startBehind as startLocalisation } from "../localisation/mcp.js";
import { policy as localisation } from "../localisation/policy.js";
import { policy as loopwise } from "../loopwise/policy.js";
import { startBehind as startLoopwise } from "../loopwise/server.js";
import { policy as movementors } from "../movementors/policy.js";
import { accounts, startBehind as startMovementors } from "../movementors/server.js";
import { type AuthorizationServerOptions, start as startAuthorizationServer } from "./server.js";

export interface Demo {
  /** The address of the MCP server. */
  readonly url: string;
  /** The issuer: the address of the authorization server. */
  readonly issuer: string;
  /** Text for the terminal: the addresses, and the steps to try. */
  readonly instructions: string;
  close(): Promise<void>;
}

type Log = (event: string, details: object) => void;

const demos = {
  loopwise: {
    steps: [
      "Connect: the client registers itself, and your browser asks you to sign in and to choose scopes (only openid if the client names none).",
      "Grant fewer scopes than requested: uncheck a box. The token contains only the checked scopes.",
      "Call a tool that the token does not allow, such as list_orders: the response is 403 and names the missing scope.",
      "The client requests it: the page shows the new scope among the granted ones. Allow it, and the call succeeds.",
      "Revoke the grant under connected apps: the next call is 401, and the stored decisions are deleted.",
    ],
    start: (log: Log) =>
      startLoopwise((resource) => startAuthorizationServer(loopwise, { resource, log }), {
        audit: logCall(log),
      }),
  },
  movementors: {
    steps: [
      "Connect, and call search_directory: it is public.",
      "Call list_bookings: your browser asks you to sign in; ana has the free plan, ben has pro.",
      "A client that requests several scopes is offered bundles: a bundle checks its scopes and mcp:tools, which every tool requires.",
      "Call update_class as ana: no consent allows it, and the response names the address for an upgrade.",
      "Call delete_account: it is not in the list of tools, and the response is that no scope allows it.",
    ],
    start: (log: Log) =>
      startMovementors(
        (resource) => startAuthorizationServer(movementors, { resource, people: mentors(), log }),
        { audit: logCall(log) },
      ),
  },
  localisation: {
    steps: [
      "Connect: your browser asks you to sign in. The nine scopes that are on by default are checked.",
      "Call write_translation: it changes a draft, and the scope for it is one of the nine.",
      "Call publish_translations: the response is 403, and your browser asks for one more scope.",
      "That scope pushes to the public CDN: it has a warning and is not checked. Check it, and the call succeeds.",
    ],
    start: (log: Log) =>
      startLocalisation((resource) => startAuthorizationServer(localisation, { resource, log }), {
        audit: logCall(log),
      }),
  },
} as const;

export type DemoName = keyof typeof demos;

/** Returns the accounts of the platform for mentors as users who can sign in. */
function mentors(): NonNullable<AuthorizationServerOptions["people"]> {
  return new Map(
    [...accounts].map(([id, account]) => [
      id,
      { name: id, email: `${id}@example.com`, email_verified: true, ...account },
    ]),
  );
}

function logCall(log: Log) {
  return ({ kind, operation, decision, actor }: AuditEvent) => {
    // the second event of a call repeats the first one, with the status that the client got
    if (kind === undefined)
      log("call", { name: operation.name, code: decision.code, sub: actor.sub });
  };
}

/** Starts an MCP server and its authorization server, each on a free port of the loopback interface. */
export async function startDemo(
  name: DemoName = "loopwise",
  log: Log = () => undefined,
): Promise<Demo> {
  const { start, steps } = demos[name];
  const server = await start(log);
  const { url, issuer } = server;
  const instructions = `
MCP server:            ${url}
its metadata:          ${new URL("/.well-known/oauth-protected-resource/mcp", url).href}
authorization server:  ${issuer.issuer}/.well-known/oauth-authorization-server
connected apps:        ${issuer.issuer}/settings/connected-apps
audit log:             ${issuer.issuer}/settings/audit-log

Give the first address to an MCP client that can sign people in, and then:

${steps.map((step, index) => `${index + 1}. ${step}`).join("\n")}

What the servers do is printed here. Ctrl-C ends them.`;
  return { url, issuer: issuer.issuer, instructions, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name = "loopwise"] = process.argv;
  if (!Object.hasOwn(demos, name)) {
    console.error(`unknown demo \`${name}\`: expected \`${Object.keys(demos).join("` or `")}\``);
    process.exit(2);
  }
  const demo = await startDemo(name as DemoName, (event, details) => {
    console.log(`  ${event} ${JSON.stringify(details)}`);
  });
  console.log(demo.instructions);
  // permanent listeners: npm forwards the signal that the terminal sends to both processes, so it arrives twice
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve());
  });
  await demo.close();
}
