import { auth, createMCPClient } from "@ai-sdk/mcp";
import { createProvider, runScenarios, shown, withUser } from "./scenarios.mjs";

const provider = createProvider();
const url = process.env.SERVER;
let client;
const connect = async () => {
  client = await createMCPClient({ transport: { type: "http", url, authProvider: provider } });
};
const act = withUser(provider, (callback) =>
  auth(provider, {
    serverUrl: url,
    authorizationCode: callback.get("code"),
    callbackIssuer: callback.get("iss") ?? undefined,
  }),
);

await runScenarios({
  connect: () => act(connect),
  list: async () => (await act(() => client.listTools())).tools.map(({ name }) => name),
  call: async (name) => shown(await act(() => client.callTool({ name, arguments: {} }))),
  read: (uri) => act(() => client.readResource({ uri })),
  close: () => client.close(),
});
