// npx tsx loopwise/server.ts
//
// The MCP server of the school platform, with all of its 33 tools, behind Express: the v2 SDK, Streamable HTTP.
// `mcpGate` decides on the HTTP request, before the stream opens. `protect` decides before every handler and filters the list of
// tools. Both use only policy.ts.
import { type CallToolResult, createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import express from "express";
import { createAuthorizer, type ToolOf } from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { jwtVerifier } from "scope-policy/verify";
import { z } from "zod";
import { startLocalIssuer } from "../local-issuer.js";
import {
  addressOf,
  type ExampleOptions,
  type RunningExample,
  type StartIssuer,
  serveIfMain,
  stop,
  type TokenIssuer,
  withIssuer,
} from "../serve.js";
import { policy } from "./policy.js";
import { type Collection, type Item, openSchool, type School } from "./school.js";

type Tool = ToolOf<typeof policy>;

const byId = z.object({ id: z.string() });
const text = z.object({ title: z.string(), text: z.string() });
const person = z.object({ name: z.string() });
const nothing = z.object({});

/** The implementation of each tool. The compiler requires every tool of the policy and accepts no other. */
function toolsOf(school: School): Record<Tool, readonly [input: z.ZodObject, run: Run]> {
  return {
    list_courses: [nothing, () => school.list("courses")],
    get_course: [byId, find("courses")],
    list_reviews: [nothing, () => school.list("reviews")],
    update_course: [byId.extend({ title: z.string() }), change("courses")],
    list_members: [nothing, () => school.list("members")],
    get_member: [byId, find("members")],
    get_site_info: [nothing, () => ({ name: school.settings["name"] })],
    get_settings: [nothing, () => school.settings],
    update_settings: [
      z.object({ theme: z.string() }),
      ({ theme }) => {
        school.settings = { ...school.settings, theme: String(theme) };
        return school.settings;
      },
    ],
    list_orders: [nothing, () => school.list("orders")],
    list_lessons: [nothing, () => school.list("lessons")],
    list_membership_plans: [nothing, () => school.list("plans")],
    get_membership_plan: [byId, find("plans")],
    list_events: [nothing, () => school.list("events")],
    get_event: [byId, find("events")],
    list_event_attendees: [
      byId,
      ({ id }) => school.list("attendees").filter((one) => one["event"] === id),
    ],
    list_coupons: [nothing, () => school.list("coupons")],
    get_coupon: [byId, find("coupons")],
    list_posts: [nothing, () => school.list("posts")],
    get_post: [byId, find("posts")],
    create_post: [text, (input) => school.put("posts", fields(input))],
    update_post: [byId.extend(text.shape), change("posts")],
    delete_post: [byId, ({ id }) => ({ removed: school.remove("posts", String(id)) })],
    list_digital_downloads: [nothing, () => school.list("downloads")],
    get_digital_download: [byId, find("downloads")],
    list_comments: [nothing, () => school.list("comments")],
    get_comment: [byId, find("comments")],
    upload_image: [
      z.object({ file: z.string() }),
      (input) => school.put("images", { ...fields(input), confirmed: false }),
    ],
    confirm_upload: [byId, ({ id }) => school.put("images", { confirmed: true }, String(id))],
    list_lecturers: [nothing, () => school.list("lecturers")],
    get_lecturer: [byId, find("lecturers")],
    create_lecturer: [person, (input) => school.put("lecturers", fields(input))],
    update_lecturer: [byId.extend(person.shape), change("lecturers")],
  };

  function find(collection: Collection): Run {
    return ({ id }) => school.get(collection, String(id)) ?? { error: "not found" };
  }

  function change(collection: Collection): Run {
    return (input) => {
      const id = String(input["id"]);
      if (school.get(collection, id) === undefined) return { error: "not found" };
      return school.put(collection, fields(input), id);
    };
  }
}

type Input = Readonly<Record<string, unknown>>;
type Run = (input: Input) => unknown;

function fields(input: Input): Omit<Item, "id"> {
  const texts = Object.entries(input).filter(([name]) => name !== "id");
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
}

/** Starts the server on a free port of the loopback interface, with a local issuer. */
export function start(): Promise<RunningExample> {
  return startBehind(startLocalIssuer);
}

/** Starts the server on a free port of the loopback interface, for tokens of the given issuer. */
export async function startBehind<Issuer extends TokenIssuer>(
  startIssuer: StartIssuer<Issuer>,
  given: ExampleOptions = {},
): Promise<RunningExample<Issuer>> {
  const app = express();
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const url = addressOf(server);
  const resource = `${url}/mcp`;
  const issuer = await startIssuer(resource);
  const options = withIssuer(issuer, given);
  const authorizer = createAuthorizer({
    policy,
    verify: jwtVerifier({
      issuer: issuer.issuer,
      audience: resource,
      jwks: issuer.jwks,
      algorithms: ["ES256", "RS256"],
      claims: ["grant_id"],
    }),
    resource,
    authorizationServers: [issuer.issuer],
    ...options,
  });
  const school = openSchool();
  const handler = createMcpHandler(() => {
    const mcpServer = new McpServer({ name: "loopwise", version: policy.version });
    const mcp = protect(mcpServer, { policy, authorizer });
    for (const [name, [inputSchema, run]] of Object.entries(toolsOf(school))) {
      mcp.registerTool(
        name as Tool,
        { description: name.replaceAll("_", " "), inputSchema },
        (input: Input): CallToolResult => ({
          content: [{ type: "text", text: JSON.stringify(run(input)) }],
        }),
      );
    }
    mcp.assertComplete();
    return mcpServer;
  });
  const gate = mcpGate(authorizer);
  app.all(["/mcp", "/.well-known/oauth-protected-resource/mcp"], gate.node(handler.fetch));
  return {
    url: resource,
    issuer,
    close: async () => {
      await Promise.all([stop(server), issuer.close()]);
    },
  };
}

await serveIfMain(import.meta.url, start, async ({ url, issuer }) => {
  const token = await issuer.issue({ scope: "openid email courses:read" });
  return [
    `a token for ${url} with openid email courses:read, valid for five minutes:`,
    token,
    "a call that it allows:",
    `curl -s ${url} -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -H "accept: application/json, text/event-stream" -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_courses","arguments":{}}}'`,
  ];
});
