// npm run demo [-- loopwise | movementors | localisation]
//
// Everything on loopback: the MCP server of the school platform (or of the platform for mentors, or of the localisation platform)
// behind the gate of its policy, and the authorization server that its tokens come from, driven by the same policy. Point an MCP client
// at the address that is printed.
import { fileURLToPath } from "node:url";
import type { AuditEvent } from "scope-policy";
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
  /** What to read in a terminal: the addresses, and what to try. */
  readonly instructions: string;
  close(): Promise<void>;
}

type Log = (event: string, details: object) => void;

const demos = {
  loopwise: {
    steps: [
      "Connect: the client registers itself, and your browser asks you to sign in and to choose scopes: openid alone, if it names none.",
      "Allow less than was asked: uncheck a box. The token says so.",
      "Call a tool that it does not open, list_orders for one: the answer is 403, and names the scope that is missing.",
      "The client asks for it: you see what is new among what is allowed already, and the call goes through.",
      "End it under connected apps: the next call is 401, and nothing is remembered.",
    ],
    start: (log: Log) =>
      startLoopwise((resource) => startAuthorizationServer(loopwise, { resource, log }), {
        audit: logCall(log),
      }),
  },
  movementors: {
    steps: [
      "Connect, and call search_directory: it is open to everybody.",
      "Call list_bookings: your browser asks you to sign in; ana is on the free plan, ben is on pro.",
      "A client that asks for more at once is offered bundles: a bundle checks its scopes, and mcp:tools, without which nothing works.",
      "Call update_class as ana: no consent opens it, and the answer is where to upgrade.",
      "Call delete_account: the list does not show it, and the answer is that no scope opens it.",
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
      "Call publish_translations: the answer is 403, and your browser asks for one scope more.",
      "That scope pushes to the public CDN: it comes with a warning, and is not checked. Check it, and the call goes through.",
    ],
    start: (log: Log) =>
      startLocalisation((resource) => startAuthorizationServer(localisation, { resource, log }), {
        audit: logCall(log),
      }),
  },
} as const;

export type DemoName = keyof typeof demos;

/** Returns the accounts of the platform for mentors as people who can sign in. */
function mentors(): NonNullable<AuthorizationServerOptions["people"]> {
  return new Map(
    [...accounts].map(([id, account]) => [
      id,
      { name: id, email: `${id}@example.com`, email_verified: true, ...account },
    ]),
  );
}

function logCall(log: Log) {
  return ({ operation, decision, actor }: AuditEvent) =>
    log("call", { name: operation.name, code: decision.code, sub: actor.sub });
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
  // listeners that stay: npm passes on the signal that the terminal sends to both
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve());
  });
  await demo.close();
}
