import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createProvider, runScenarios, shown, withUser } from "./scenarios.mjs";

const provider = createProvider({ refreshes: process.argv[2] === "refreshes" });
let client;
let transport;
const connect = () => {
  transport = new StreamableHTTPClientTransport(new URL(process.env.SERVER), {
    authProvider: provider,
  });
  client = new Client(
    { name: "client-of-tests", version: "1" },
    { versionNegotiation: { mode: "auto" } },
  );
  return client.connect(transport);
};
const act = withUser(provider, (callback) => transport.finishAuth(callback));

await runScenarios({
  connect: () => act(connect),
  list: async () => (await act(() => client.listTools())).tools.map(({ name }) => name),
  call: async (name) => shown(await act(() => client.callTool({ name, arguments: {} }))),
  read: (uri) => act(() => client.readResource({ uri })),
  close: () => client.close(),
});
