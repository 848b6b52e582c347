import {
  McpServer as McpServerV1,
  ResourceTemplate as TemplateV1,
} from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import {
  createMcpHandler,
  Server as LowLevelV2,
  McpServer,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import { createAuthorizer, definePolicy } from "scope-policy";
import type { AuditEvent } from "scope-policy/audit";
import { type Protected, protect } from "scope-policy/mcp";
import { describe, expect, it } from "vitest";
import { createRegistrations, requireOwnEntries } from "../../src/mcp/server/registrations.js";
import { createRequiredOperations } from "../../src/mcp/shared/required-operations.js";
import { titled } from "../titled.js";
import { INFO, keepDecisions, modern, tokenOf, verify } from "./fixture.js";
import {
  authInfoOf,
  connectInMemory,
  namesIn,
  SDK_VERSIONS,
  type SdkVersion,
} from "./in-memory-client.js";

// the gate decides on a registered resource or prompt only by its own entry in the options

const policy = definePolicy({
  name: "Files",
  version: "1",
  scopes: { "files:read": "Read files", "/files/{id}/read": "Read one file" },
  tools: { read_any: "files:read", read_file: "/files/{id}/read", write: "files:read" },
});
const READER = tokenOf({ scope: "files:read /files/a/read /files/keys/read /files/x.json/read" });
const SHORT = tokenOf({ scope: "" });

const resources = {
  "files://{id}": "read_file",
  "docs://all": "read_any",
  "docs://{shelf}/{id}": "read_any",
} as const;
const prompts = { summary: "read_any" } as const;

interface Registering {
  readonly resource: (uri: string) => void;
  readonly template: (template: string, instances?: readonly string[]) => void;
  readonly prompt: (name: string) => void;
}

const read = (uri: URL) => ({ contents: [{ uri: uri.href, text: `read ${uri.href}` }] });
const listing = (instances: readonly string[] | undefined) => ({
  complete: { name: () => ["keys"] },
  list:
    instances === undefined
      ? undefined
      : () => ({ resources: instances.map((uri) => ({ uri, name: uri })) }),
});
const nothing = () => ({ messages: [] });

/** Creates a server of either SDK behind the policy, with the registrations of a test. */
function serverOf(
  generation: SdkVersion,
  register: (on: Registering) => void,
  options: Partial<Parameters<typeof protect>[1]> = {},
  audit: (event: AuditEvent) => unknown = () => undefined,
) {
  const authorizer = createAuthorizer({ policy, verify, audit });
  const given = { authorizer, resources, prompts, ...options } as never;
  if (generation === "v1") {
    const server = new McpServerV1(INFO);
    const mcp: Protected = protect(server, given);
    register({
      resource: (uri) => server.registerResource(uri, uri, {}, read),
      template: (text, instances) =>
        server.registerResource(text, new TemplateV1(text, listing(instances)), {}, read),
      prompt: (name) => server.registerPrompt(name, {}, nothing),
    });
    server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
    server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
    return { server, mcp };
  }
  const server = new McpServer(INFO);
  const mcp: Protected = protect(server, given);
  register({
    resource: (uri) => server.registerResource(uri, uri, {}, read),
    template: (text, instances) =>
      server.registerResource(text, new ResourceTemplate(text, listing(instances)), {}, read),
    prompt: (name) => server.registerPrompt(name, {}, nothing),
  });
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
  return { server, mcp };
}

const everything = ({ resource, template, prompt }: Registering) => {
  resource("files://keys");
  resource("docs://all");
  template("files://{name}", ["files://a", "files://keys"]);
  template("docs://{+path}");
  prompt("summary");
};

interface Read {
  readonly uri: string;
  readonly code: number | undefined;
  readonly why: string;
}

const READS: readonly Read[] = [
  { uri: "files://a", code: undefined, why: "it matches a template with an entry" },
  {
    uri: "files://keys",
    code: -32_602,
    why: "it is a fixed resource, and only a template has an entry",
  },
  { uri: "docs://all", code: undefined, why: "it has its own entry" },
  { uri: "docs://b/1", code: undefined, why: "its template serves every URI of an entry" },
  { uri: "docs://b/1/2", code: -32_602, why: "no entry matches it" },
  { uri: "files://b", code: -32_602, why: "the token is bound to another value" },
];

const outcomeOf = ({ uri, code, why }: Read) =>
  `${uri} is ${code === undefined ? "allowed" : "denied"}, since ${why}`;

describe.each(SDK_VERSIONS)("a resource of %s", (generation) => {
  it.each(titled(READS, outcomeOf))("%s", async (_title, { uri, code }) => {
    const events: AuditEvent[] = [];
    const { server } = serverOf(generation, everything, {}, keepDecisions(events));
    const { ask, close } = await connectInMemory(generation, server);
    for (const method of ["resources/read", "resources/subscribe", "resources/unsubscribe"]) {
      const { error } = await ask({ method, params: { uri } }, authInfoOf(READER));
      expect(error?.code, method).toBe(code);
    }
    expect(events.map(({ decision }) => decision.allowed)).toEqual(
      Array(3).fill(code === undefined),
    );
    await close();
  });

  it("without its own entry is neither listed nor completed", async () => {
    const { server } = serverOf(generation, everything);
    const { ask, close } = await connectInMemory(generation, server);
    const listed = await ask({ method: "resources/list" }, authInfoOf(READER));
    expect(namesIn(listed, "resources").toSorted()).toEqual(["docs://all", "files://a"]);
    const argument = { name: "id", value: "k" };
    for (const uri of ["files://keys", "files://{name}"]) {
      const params = { ref: { type: "ref/resource", uri }, argument };
      const { error } = await ask({ method: "completion/complete", params }, authInfoOf(READER));
      expect(error?.code, uri).toBe(-32_010);
    }
    await close();
  });

  it("with a template narrower than every entry is denied, since no entry is its own", async () => {
    const { server, mcp } = serverOf(generation, ({ template }) => {
      template("files://{id}.json");
      template("files://{id}");
    });
    const { ask, close } = await connectInMemory(generation, server);
    const codeOf = async (uri: string) =>
      (await ask({ method: "resources/read", params: { uri } }, authInfoOf(READER))).error?.code;
    expect(await codeOf("files://a")).toBeUndefined();
    // if the gate decided on the file `x.json`, the handler would get `x`
    expect(await codeOf("files://x.json")).toBe(-32_602);
    expect(() => mcp.assertComplete([])).toThrow(/`files:\/\/\{id\}\.json` without its own entry/);
    await close();
  });
});

interface CoverageCase {
  readonly title: string;
  readonly register: (on: Registering) => void;
  readonly options?: Partial<Parameters<typeof protect>[1]>;
  readonly found: readonly (readonly [code: string, path: string])[];
}

const COVERAGE: readonly CoverageCase[] = [
  {
    title: "a resource and a prompt without their own entries",
    register: (on) => {
      everything(on);
      on.prompt("other");
      on.template("more://{x}");
    },
    found: [
      ["unmapped_resource", 'resources["files://keys"]'],
      ["unmapped_resource", 'resources["more://{x}"]'],
      ["unmapped_prompt", "prompts.other"],
    ],
  },
  {
    title: "entries that no registration serves",
    register: ({ resource, prompt }) => {
      resource("docs://all");
      prompt("summary");
    },
    options: { prompts: { summary: "read_any", sumary: "read_any" } },
    found: [
      ["unregistered_resource", 'resources["files://{id}"]'],
      ["unregistered_resource", 'resources["docs://{shelf}/{id}"]'],
      ["unregistered_prompt", "prompts.sumary"],
    ],
  },
  {
    title: "an entry that no template of the server serves",
    register: ({ template, prompt }) => {
      template("files://{id}");
      prompt("summary");
    },
    options: { resources: { "files://{id}": "read_file", "docs://all": "read_any" } },
    found: [["unregistered_resource", 'resources["docs://all"]']],
  },
  {
    title: "every registration if the options name none",
    register: ({ resource, prompt }) => {
      resource("docs://all");
      prompt("summary");
    },
    options: { resources: {}, prompts: {} },
    found: [
      ["unmapped_resource", 'resources["docs://all"]'],
      ["unmapped_prompt", "prompts.summary"],
    ],
  },
  {
    title: "nothing without registrations, since handlers of the host may serve the entries",
    register: () => undefined,
    found: [],
  },
  {
    title: "nothing if both are the same",
    register: ({ resource, template, prompt }) => {
      resource("docs://all");
      template("files://{id}");
      template("docs://{shelf}/{id}");
      prompt("summary");
    },
    found: [],
  },
];

describe.each(SDK_VERSIONS)("the coverage of the resources and prompts of %s", (generation) => {
  it.each(titled(COVERAGE))("reports %s", (_title, { register, options, found }) => {
    const { mcp } = serverOf(generation, register, options);
    let findings: readonly { readonly code: string; readonly path: string }[] = [];
    try {
      mcp.assertComplete(["read_any", "read_file", "write"]);
    } catch (error) {
      ({ findings } = error as { findings: typeof findings });
    }
    expect(findings.map(({ code, path }) => [code, path])).toEqual(found);
  });

  it("is checked again after a resource or a prompt has been renamed", () => {
    const made = (isMore: boolean) => {
      const { server, mcp } = serverOf(
        generation,
        ({ resource, prompt }) => {
          resource("docs://all");
          prompt("summary");
          if (isMore) prompt("other");
        },
        { resources: { "docs://all": "read_any" } },
      );
      for (const name of ["read_any", "read_file", "write"]) {
        (server as McpServer).registerTool(name, {}, () => ({ content: [] }));
      }
      return mcp;
    };
    for (const isMore of [false, true, false]) {
      const check = expect(() => made(isMore).assertComplete());
      if (isMore) check.toThrow(/`other`/);
      else check.not.toThrow();
    }
  });
});

it.each(SDK_VERSIONS)(
  "%s denies a subscription if one of its resources has no entry of its own",
  (generation) => {
    const { server } = serverOf(generation, everything);
    const targets = requireOwnEntries(
      createRequiredOperations({ resources, prompts }),
      createRegistrations(server),
    );
    const operationsOf = (...resourceSubscriptions: readonly string[]) => {
      const params = { notifications: { resourceSubscriptions } };
      const question = { kind: "request", method: "subscriptions/listen", params } as const;
      const target = targets(question, "2026-07-28");
      return target.kind === "operations" && target.operations.map(({ operation }) => operation);
    };
    expect(operationsOf("docs://all", "files://a")).toEqual(["read_any", "read_file"]);
    expect(operationsOf("docs://all", "files://keys")).toEqual(["mcp:subscriptions/listen"]);
    expect(operationsOf("files://keys", "docs://all")).toEqual(["mcp:subscriptions/listen"]);
  },
);

it("the v2 SDK's hook before the stream names no scope for a resource that is denied anyway", async () => {
  const handler = createMcpHandler(() => serverOf("v2", everything).server as McpServer, {
    keepAliveMs: 0,
  });
  const statusOf = async (uri: string) => {
    const { body, headers } = modern({
      jsonrpc: "2.0",
      id: 1,
      method: "resources/read",
      params: { uri },
    });
    const fields = [
      ["content-type", "application/json"],
      ["accept", "application/json, text/event-stream"],
      ...headers,
    ] as [string, string][];
    const request = new Request("https://files.example.com/mcp", {
      method: "POST",
      headers: fields,
      body,
    });
    return (await handler.fetch(request, { authInfo: authInfoOf(SHORT) as never })).status;
  };
  expect([await statusOf("files://a"), await statusOf("files://keys")]).toEqual([403, 200]);
});

it("the resources of a low-level server are unknown: only the options decide, and nothing is reported", async () => {
  const server = new LowLevelV2(INFO, { capabilities: { resources: {} } });
  const authorizer = createAuthorizer({ policy, verify });
  const mcp = protect(server, { authorizer, resources, prompts });
  server.setRequestHandler("resources/read", () => ({ contents: [] }));
  const { ask, close } = await connectInMemory("v2", server);
  const { error } = await ask(
    { method: "resources/read", params: { uri: "files://keys" } },
    authInfoOf(READER),
  );
  expect(error).toBeUndefined();
  expect(() => mcp.assertComplete(["read_any", "read_file", "write"])).not.toThrow();
  await close();
});
