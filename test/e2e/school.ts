// A school's MCP servers of both SDKs, each behind this library's gates, and the authorization server that issues their
// tokens.
import { randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer as McpServer1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import {
  type AccessToken,
  type AuthorizerOptions,
  type ChallengeMode,
  createAuthorizer,
  definePolicy,
  protectedResourceMetadataUrl,
  type ToolOf,
} from "scope-policy";
import { mcpGate, protect } from "scope-policy/mcp";
import { jwtVerifier } from "scope-policy/verify";
import { z } from "zod";
import { type AuthorizationServer, startAuthorizationServer } from "./authorization-server.js";

export const policy = definePolicy({
  name: "School",
  version: "1",
  tiers: ["free", "pro"],
  scopes: {
    "mcp:tools": "Connect to the school",
    "courses:read": "Read courses",
    "courses:write": "Change courses",
    "school:read": "Read the settings of the school",
    "appearance:read": "Read the theme",
    "reports:read": "Read reports",
    "admin:read": { description: "Look behind the scenes", reserved: true },
    "partner:read": { description: "Read the feed for partners", restricted: true },
    "/classes/{classID}/grades.read": "Read the grades of a class",
    "/classes/{classID}/grades.write": "Give grades to a class",
  },
  baseline: ["mcp:tools"],
  tools: {
    about: { public: true },
    whoami: { authenticated: true },
    list_courses: "courses:read",
    update_course: { allOf: ["courses:read", "courses:write"] },
    get_settings: { anyOf: ["school:read", "appearance:read"] },
    read_grades: "/classes/{classID}/grades.read",
    write_grades: "/classes/{classID}/grades.write",
    copy_grades: {
      allOf: ["/classes/{classID}/grades.read", "/classes/{classID}/grades.write"],
    },
    export_report: { scope: "reports:read", tier: "pro" },
    delete_account: { deny: "Account deletion requires email confirmation." },
    look_behind: "admin:read",
    partner_feed: "partner:read",
    any_feed: { anyOf: ["partner:read", "appearance:read"] },
  },
});

const TOOLS = Object.keys({
  about: 1,
  whoami: 1,
  list_courses: 1,
  update_course: 1,
  get_settings: 1,
  read_grades: 1,
  write_grades: 1,
  copy_grades: 1,
  export_report: 1,
  delete_account: 1,
  look_behind: 1,
  partner_feed: 1,
  any_feed: 1,
} satisfies Record<ToolOf<typeof policy>, 1>) as ToolOf<typeof policy>[];

/** The parameters of each tool; tools without parameters ignore them. */
const inputSchema = { classID: z.string().optional() };

/** The other parts of the servers for the policy. */
const surface = {
  resources: { "school://settings": "get_settings", "school://report": "export_report" },
} as const;

/** Scopes that the authorization server supports: classes are the values of a template. */
const CATALOGUE = [
  ...["mcp:tools", "courses:read", "courses:write", "school:read", "appearance:read"],
  ...["reports:read", "admin:read", "partner:read"],
  ...["7a", "8b"].flatMap((id) => [`/classes/${id}/grades.read`, `/classes/${id}/grades.write`]),
];

/** A resource of another service, for which the same authorization server issues tokens. */
export const ELSEWHERE = "https://elsewhere.example/api";

/** A call of a tool handler. */
export interface Run {
  readonly tool: string;
  readonly token: AccessToken | undefined;
}

export interface SchoolServer {
  readonly url: URL;
  /** Every call of a tool handler, in order. */
  readonly runs: readonly Run[];
  readonly metadataUrl: URL;
}

export interface School {
  readonly as: AuthorizationServer;
  readonly v2: SchoolServer;
  readonly v1: SchoolServer;
  /** Like `v1`, with challenges that name only the scopes of the operation. */
  readonly terse: SchoolServer;
  /** Like `v2`, with denials reported as the client's `User-Agent` asks for. */
  readonly byAgent: SchoolServer;
  /** Approves a client for the restricted scope. */
  approve(clientId: string): void;
  /** Makes the revocation check fail, or work again. */
  setOutage(isOut: boolean): void;
  close(): Promise<void>;
}

export async function openSchool(): Promise<School> {
  const resources = new Map([[ELSEWHERE, CATALOGUE]]);
  const as = await startAuthorizationServer({ resources });
  const closers: (() => Promise<void>)[] = [];
  const approved = new Set<string | undefined>();
  let isOut = false;
  const isRevoked = ({ jti }: AccessToken) => {
    if (isOut) throw new Error("the revocation check is down");
    return as.isRevoked(jti);
  };

  const start = async (serve: Serve, challenge: ChallengeMode): Promise<SchoolServer> => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
    resources.set(url.href, CATALOGUE);
    const authorizer = createSchoolAuthorizer(as, url.href, challenge, {
      isRevoked,
      subject: ({ client_id }) =>
        approved.has(client_id) ? { approvedScopes: ["partner:read"] } : undefined,
    });
    const runs: Run[] = [];
    const { listener, close } = serve(authorizer, runs);
    server.on("request", listener);
    closers.push(async () => {
      await close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    });
    return { url, runs, metadataUrl: new URL(protectedResourceMetadataUrl(url.href)) };
  };

  return {
    as,
    v2: await start(serveV2("http"), "auto"),
    v1: await start(serveV1, "auto"),
    terse: await start(serveV1, "minimum"),
    byAgent: await start(serveV2("auto"), "auto"),
    approve: (clientId) => void approved.add(clientId),
    setOutage: (value) => {
      isOut = value;
    },
    close: async () => {
      for (const close of closers) await close();
      await as.close();
    },
  };
}

function createSchoolAuthorizer(
  as: AuthorizationServer,
  resource: string,
  challenge: ChallengeMode,
  { isRevoked, subject }: Required<Pick<AuthorizerOptions, "isRevoked" | "subject">>,
) {
  return createAuthorizer({
    policy,
    verify: jwtVerifier({
      issuer: as.issuer,
      audience: resource,
      jwks: as.jwks,
      algorithms: ["ES256"],
    }),
    isRevoked,
    subject,
    trustClaims: [],
    resource,
    authorizationServers: [as.issuer],
    challenge,
  });
}

type Serve = (
  authorizer: ReturnType<typeof createSchoolAuthorizer>,
  runs: Run[],
) => { readonly listener: RequestListener; readonly close: () => Promise<void> };

const INFO = { name: "school", version: "1" };
const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: `${uri.href} was read` }] });
const textResult = (tool: string) => ({
  content: [{ type: "text" as const, text: `${tool} ran` }],
});

/** SDK v2: a server for each request. */
const serveV2 =
  (challenge: "http" | "auto"): Serve =>
  (authorizer, runs) => {
    const options = { ...surface, challenge };
    const handler = createMcpHandler(() => {
      // a server that marks its lists as public for an hour
      const server = new McpServer(INFO, {
        cacheHints: { "tools/list": { ttlMs: 3_600_000, cacheScope: "public" } },
      });
      const mcp = protect(server, { authorizer, ...options });
      for (const tool of TOOLS) {
        mcp.registerTool(tool, { description: tool, inputSchema }, (_, context) => {
          runs.push({ tool, token: mcp.token(context) });
          return textResult(tool);
        });
      }
      for (const uri of Object.keys(surface.resources)) server.registerResource(uri, uri, {}, read);
      mcp.assertComplete();
      return server;
    });
    const answer = mcpGate(authorizer, options).node(handler.fetch);
    return {
      listener: (request, response) => void answer(request, response),
      close: () => handler.close(),
    };
  };

/** SDK v1: a server for each session. */
const serveV1: Serve = (authorizer, runs) => {
  const gate = mcpGate(authorizer, surface);
  const guard = gate.middleware();
  const transports = new Map<string, StreamableHTTPServerTransport>();

  const open = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    const server = new McpServer1(INFO);
    const mcp = protect(server, { authorizer, ...surface });
    for (const tool of TOOLS) {
      mcp.registerTool(tool, { description: tool, inputSchema }, (_, extra) => {
        runs.push({ tool, token: mcp.token(extra) });
        return textResult(tool);
      });
    }
    for (const uri of Object.keys(surface.resources)) server.registerResource(uri, uri, {}, read);
    mcp.assertComplete();
    await server.connect(transport);
    return transport;
  };

  return {
    listener: (request, response) =>
      guard(request, response, () => {
        const { authInfo, parsedBody } = gate.passed(request);
        const id = String(request.headers["mcp-session-id"]);
        void Promise.resolve(transports.get(id) ?? open()).then((transport) =>
          transport.handleRequest(
            Object.assign(request, authInfo && { auth: authInfo }),
            response,
            parsedBody,
          ),
        );
      }),
    close: async () => {
      for (const transport of transports.values()) await transport.close();
    },
  };
};
