import { MCPServerStreamableHttp } from "@openai/agents";
import { createProvider, runScenarios, shown, withUser } from "./scenarios.mjs";

const provider = createProvider({ refreshes: process.argv[2] === "refreshes" });
let server;
const connect = () => {
  server = new MCPServerStreamableHttp({ url: process.env.SERVER, authProvider: provider });
  return server.connect();
};
// the library leaves the exchange of the code to the host, which uses the SDK of the library
const { auth } = await import("@modelcontextprotocol/client");
const act = withUser(provider, (callback) =>
  auth(provider, {
    serverUrl: process.env.SERVER,
    authorizationCode: callback.get("code"),
    iss: callback.get("iss") ?? undefined,
  }),
);

await runScenarios({
  connect: () => act(connect),
  list: async () => (await act(() => server.listTools())).map(({ name }) => name),
  call: async (name) => shown(await act(() => server.callToolResult(name, {}))),
  read: (uri) => act(() => server.readResource(uri)),
  close: () => server.close(),
});
