import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { createProvider, runScenarios, shown, withUser } from "./scenarios.mjs";

const provider = createProvider({ refreshes: process.argv[2] === "refreshes" });
let client;
let transport;
const connect = () => {
  transport = new StreamableHTTPClientTransport(new URL(process.env.SERVER), {
    authProvider: provider,
  });
  client = new Client({ name: "client-of-tests", version: "1" });
  return client.connect(transport);
};
const act = withUser(provider, (callback) => transport.finishAuth(callback.get("code")));

await runScenarios({
  connect: () => act(connect),
  list: async () => (await act(() => client.listTools())).tools.map(({ name }) => name),
  call: async (name) => shown(await act(() => client.callTool({ name, arguments: {} }))),
  read: (uri) => act(() => client.readResource({ uri })),
  close: () => client.close(),
});
