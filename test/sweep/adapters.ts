import express, { type Express } from "express";
import { Hono } from "hono";
import type { Authorizer, Policy } from "scope-policy";
import { expressGate, type GateHandler } from "scope-policy/express";
import { scopePolicy } from "scope-policy/fastify";
import { fetchGate } from "scope-policy/fetch";
import { honoGate } from "scope-policy/hono";
import { type AnyServer, mcpGate, protect } from "scope-policy/mcp";
import type { Subject } from "./scene.js";

/** A request to a server: caller, method, target, and the route that a router would match. */
interface SampleRequest {
  /** An own member of each row: the sweep pollutes this name too. */
  readonly caller: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
}

const COURSES = { method: "GET", target: "/v1/courses", route: "/v1/courses", params: {} };
const COURSE = {
  method: "GET",
  target: "/v1/courses/7",
  route: "/v1/courses/:courseId",
  params: { courseId: "7" },
};
const ACCOUNT = {
  method: "POST",
  target: "/v1/accounts/a",
  route: "/v1/accounts/:accountID",
  params: { accountID: "a" },
};

const SAMPLE_REQUESTS: readonly SampleRequest[] = [
  { ...COURSES, caller: undefined },
  { ...COURSES, caller: "reader" },
  { ...COURSES, caller: "old" },
  { ...COURSES, caller: "outage" },
  { ...COURSE, caller: "reader" },
  { ...ACCOUNT, caller: "bound" },
  { ...ACCOUNT, caller: "reader" },
  { ...COURSES, method: "HEAD", caller: "unknown" },
  { ...COURSES, target: "/V1/courses", caller: "reader" },
];

const METADATA = "/.well-known/oauth-protected-resource/mcp";

const authorizationOf = ({ caller }: SampleRequest) =>
  caller === undefined ? [] : [`Bearer ${caller}`];

/** Runs a middleware on a request and a response like those of Express. Returns what it did. */
async function runHandler(handler: GateHandler, asking: SampleRequest): Promise<unknown> {
  const rawHeaders = authorizationOf(asking).flatMap((value) => ["Authorization", value]);
  const req = {
    method: asking.method,
    baseUrl: "",
    originalUrl: asking.target,
    rawHeaders,
    headers: {},
    route: { path: asking.route },
    params: asking.params,
    query: { page: "2" },
  };
  const sent = new Map<string, string>();
  const res = {
    headersSent: false,
    destroyed: false,
    statusCode: 200,
    on: () => undefined,
    setHeader: (name: string, value: string) => sent.set(name, value),
    end: (text?: string) => sent.set("", text ?? ""),
  };
  let passed = false;
  await handler(req, res, () => {
    passed = true;
  });
  return [passed, res.statusCode, sent];
}

function expressSubjects(authorizer: Authorizer, app: Express): readonly Subject[] {
  const gate = expressGate(authorizer);
  const asked = SAMPLE_REQUESTS.map((asking) => [asking] as const);
  const row = (samples: readonly (readonly unknown[])[]) =>
    ({ takes: ["client"], samples }) as const;
  const run = (title: string, handler: GateHandler): Subject => ({
    title,
    row: row(asked),
    call: (asking) => runHandler(handler, asking as SampleRequest),
  });
  return [
    run("gate", gate("list_courses")),
    run("gate with parameters", gate("get_profile", { params: () => ({ accountID: "a" }) })),
    run("gate.endpoint", gate.endpoint()),
    run("gate.public", gate.public()),
    {
      title: "gate.metadata",
      row: row(
        [
          { ...COURSES, target: METADATA },
          { ...COURSES, target: METADATA, method: "OPTIONS" },
          COURSES,
        ].map((one) => [one]),
      ),
      call: (asking) => runHandler(gate.metadata(), asking as SampleRequest),
    },
    { title: "gate.token", row: row([[{}]]), call: (req) => gate.token(req as object) },
    { title: "gate.assertCovers", row: row([[]]), call: () => gate.assertCovers(app) },
    { title: "gate of nothing", row: row([[]]), call: () => gate("list_course") },
  ];
}

/** Creates an application with a route that no gate covers. */
export function createApp(): Express {
  const app = express();
  app.get("/open", (_req, res) => void res.end());
  return app;
}

function requestOf(asking: SampleRequest): Request {
  const [authorization] = authorizationOf(asking);
  const headers =
    authorization === undefined ? [] : [["authorization", authorization] as [string, string]];
  return new Request(`https://api.example.com${asking.target}`, {
    method: asking.method,
    headers,
  });
}

// created once: the constructor of `Request` also reads inherited options
const WEB_REQUESTS = SAMPLE_REQUESTS.map((asking) => [requestOf(asking)] as const);
const WEB_METADATA = [
  [requestOf({ ...{ ...COURSES, caller: undefined }, target: METADATA })],
  ...WEB_REQUESTS.slice(0, 1),
];

function fetchSubjects(authorizer: Authorizer): readonly Subject[] {
  const gate = fetchGate(authorizer);
  const read = async (result: unknown) =>
    result instanceof Response
      ? [result.status, result.statusText, [...result.headers], await result.text()]
      : result;
  const samples = WEB_REQUESTS;
  const takes = ["client"] as const;
  return [
    {
      title: "fetchGate",
      row: { takes, samples },
      call: async (request) =>
        read(await gate(request as Request, "get_profile", { accountID: "a" })),
    },
    {
      title: "fetchGate.endpoint",
      row: { takes, samples },
      call: async (request) => read(await gate.endpoint(request as Request)),
    },
    {
      title: "fetchGate.metadata",
      row: { takes, samples: WEB_METADATA },
      call: (request) => read(gate.metadata(request as Request)),
    },
  ];
}

/** Requests do not go through Hono here: it enumerates inherited members itself, so each polluted name changes its responses. */
function honoSubjects(authorizer: Authorizer): readonly Subject[] {
  const gate = honoGate(authorizer);
  const app = new Hono();
  app.use(gate.metadata());
  app.get("/v1/courses", gate.endpoint(), (c) => c.text("courses"));
  app.get("/v1/courses/:courseId", gate("list_courses"), (c) => c.text("course"));
  app.post("/v1/accounts/:accountID", gate.endpoint(), (c) => c.text("account"));
  return [
    {
      title: "honoGate.assertCovers",
      row: { takes: [], samples: [[]] },
      call: () => gate.assertCovers(app),
    },
  ];
}

const ROUTES: readonly (readonly [path: string, config: object])[] = [
  ["/unmapped", {}],
  ["/tool", { tool: "list_courses" }],
  ["/v1/courses", { endpoint: true }],
  ["/v1/accounts/:accountID", { endpoint: true }],
  ["/both", { tool: "search", public: true }],
  ["/open", { public: true }],
];

/**
 * Calls the hooks of the plugin as Fastify does, for each kind of route, without credentials and with a token. It does not start
 * Fastify, which reads inherited members of its own objects.
 */
async function runFastifyHooks(authorizer: Authorizer): Promise<unknown> {
  const hooks = new Map<string, (...given: unknown[]) => unknown>();
  const instance = {
    prefix: "",
    hasRequestDecorator: () => false,
    hasRoute: () => true,
    decorateRequest() {},
    decorate() {},
    initialConfig: {},
    addHook: (name: string, hook: () => unknown) => void hooks.set(name, hook),
  };
  const answers: unknown[] = [];
  const note = (fault?: unknown) => void answers.push(fault ?? "went on");
  // a plugin that does not start has no hooks, and the sweep would compare nothing
  scopePolicy(instance as never, { authorizer }, (fault) => {
    if (fault !== undefined) throw fault;
  });
  for (const [url, config] of ROUTES) hooks.get("onRoute")?.({ method: "GET", url, config });
  hooks.get("onReady")?.(note);
  for (const [url, config] of ROUTES) {
    for (const rawHeaders of [[], ["Authorization", "Bearer reader"]]) {
      const reply = {
        sent: false,
        raw: { destroyed: false, on: () => undefined },
        hijack: note,
        code: (status: number) => [answers.push(status), reply][1],
        headers: (fields: object) => [answers.push(fields), reply][1],
        send: (text: string | undefined) => [answers.push(text), reply][1],
      };
      const request = {
        is404: false,
        routeOptions: { config, url },
        method: "GET",
        url: url.replace(":accountID", "a"),
        params: { accountID: "a" },
        query: { page: "2" },
        id: "r-1",
        raw: { rawHeaders },
      };
      await hooks.get("onRequest")?.(request, reply, note);
      await new Promise((done) => void setTimeout(done, 0));
      await hooks.get("preHandler")?.(request, reply, note);
    }
  }
  return answers;
}

const message = (method: string, params: object = {}) => ({
  jsonrpc: "2.0",
  id: 1,
  method,
  params,
});
const MESSAGES = [
  message("initialize"),
  message("tools/list"),
  message("tools/call", { name: "list_courses", arguments: {} }),
  message("tools/call", { name: "purge" }),
  message("resources/read", { uri: "a://b" }),
  message("unknown/method"),
];

function mcpSubjects(authorizer: Authorizer, policy: Policy): readonly Subject[] {
  const gate = mcpGate(authorizer, { resources: { "a://b": "list_courses" } });
  const check = async (caller: string | undefined, asked: unknown) => {
    const body = new TextEncoder().encode(JSON.stringify(asked));
    const fields = new Map([
      ["content-type", ["application/json"]],
      ["accept", ["application/json, text/event-stream"]],
      ["authorization", caller === undefined ? [] : [`Bearer ${caller}`]],
    ]);
    const field = (name: string) => fields.get(name) ?? [];
    return gate.check({ method: "POST", target: "/mcp", field, read: async () => body });
  };
  const samples = [undefined, "unknown", "reader"].flatMap((caller) =>
    MESSAGES.map((asked) => [caller, asked] as const),
  );
  return [
    {
      title: "mcpGate.check",
      row: { takes: ["client", "client"], samples },
      call: (caller, asked) => check(caller as string | undefined, asked),
    },
    {
      title: "protect",
      row: { takes: ["program"], samples: [[]] },
      call: () => {
        const server = { setRequestHandler() {}, assertCanSetRequestHandler() {} };
        return protect(server as unknown as AnyServer, { policy, authorizer }).token({});
      },
    },
  ];
}

/** Returns the gates of one authorizer, each with requests. */
export function adapterSubjects(
  authorizer: Authorizer,
  policy: Policy,
  app: Express,
): readonly Subject[] {
  return [
    ...expressSubjects(authorizer, app),
    ...fetchSubjects(authorizer),
    ...honoSubjects(authorizer),
    ...mcpSubjects(authorizer, policy),
    {
      title: "scopePolicy",
      row: { takes: ["client"], samples: [[]] },
      call: () => runFastifyHooks(authorizer),
    },
  ];
}
