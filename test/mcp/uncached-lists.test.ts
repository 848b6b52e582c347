import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, it } from "vitest";
import { INFO, READER, STUDIO } from "./fixture.js";
import { type HostName, startHost } from "./hosts.js";

interface Lister {
  readonly connect: (url: URL, options: object) => Promise<void>;
  readonly lists: () => Promise<Readonly<Record<string, readonly Named[]>>>;
  readonly read: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** The methods that the clients of both SDKs share in this test. */
interface ListingClient {
  listTools(): Promise<{ readonly tools: readonly Named[] }>;
  listResources(): Promise<{ readonly resources: readonly Named[] }>;
  listResourceTemplates(): Promise<{ readonly resourceTemplates: readonly Named[] }>;
  listPrompts(): Promise<{ readonly prompts: readonly Named[] }>;
  readResource(request: { uri: string }): Promise<unknown>;
  close(): Promise<void>;
}

interface Named {
  readonly name: string;
}

function listerOf(client: ListingClient, connect: Lister["connect"]): Lister {
  return {
    connect,
    lists: async () => ({
      tools: (await client.listTools()).tools,
      resources: (await client.listResources()).resources,
      templates: (await client.listResourceTemplates()).resourceTemplates,
      prompts: (await client.listPrompts()).prompts,
    }),
    read: () => client.readResource({ uri: "notes://all" }),
    close: () => client.close(),
  };
}

/** Creates a client that caches results without a lifetime for an hour. */
function second(mode: "legacy" | "auto"): Lister {
  const client = new Client(INFO, {
    versionNegotiation: { mode },
    defaultCacheTtlMs: 3_600_000,
  });
  return listerOf(client, (url, options) =>
    client.connect(new StreamableHTTPClientTransport(url, options)),
  );
}

function first(): Lister {
  const client = new ClientV1(INFO);
  return listerOf(client, (url, options) => client.connect(new TransportV1(url, options)));
}

it.each<[client: string, start: () => Lister, server: HostName]>([
  ["2.x with a server of 2.x", () => second("auto"), "v2"],
  ["2.x with the older protocol and a server of 2.x", () => second("legacy"), "v2"],
  ["2.x with the older protocol and a server of 1.x", () => second("legacy"), "v1"],
  ["1.x with a server of 2.x", first, "v2"],
  ["1.x with a server of 1.x", first, "v1"],
])("a client of %s caches no list", async (_, start, server) => {
  const host = await startHost(server);
  const client = start();
  let token = READER;
  const withToken = (url: URL | string, options: RequestInit = {}) => {
    const headers = new Headers(options.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(url, { ...options, headers });
  };
  await client.connect(new URL(host.url), { fetch: withToken });
  const before = await client.lists();
  expect(before["tools"]?.map(({ name }) => name)).not.toContain("studio_notes");
  expect(before["prompts"]?.map(({ name }) => name)).toEqual(["summary"]);
  expect(before["resources"]?.map(({ name }) => name)).toEqual(["all"]);
  expect(await client.read()).toMatchObject({ contents: [{ text: "a note" }] });
  // the same user and client, with more scope
  token = STUDIO;
  const after = await client.lists();
  expect(after["tools"]?.map(({ name }) => name)).toContain("studio_notes");
  await client.close();
  await host.close();
});
