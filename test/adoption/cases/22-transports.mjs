// The SDK 1.x example of the guide, as it is written: 32 handshakes and 32 DELETEs leave no transport behind.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createAuthorizer } from "scope-policy";
import ts from "typescript";
import { call, close, fencedBlocks, guide, handshake, listen } from "./kit.mjs";

const block = fencedBlocks(guide("mcp-sdk-1.md")).find(
  ({ body }) =>
    body.includes("new StreamableHTTPServerTransport") && body.includes("export function serve"),
);
assert.ok(block, "the guide has the example");
const options = { compilerOptions: { module: "esnext", target: "es2022" } };
const { outputText } = ts.transpileModule(block.body, options);
writeFileSync("example.mjs", outputText.replace(/^(const policy\b)/m, "export $1"));

// every map that keeps a transport
const maps = new Set();
const { set } = Map.prototype;
Map.prototype.set = function (key, value) {
  if (value instanceof StreamableHTTPServerTransport) maps.add(this);
  return set.call(this, key, value);
};
const { policy, serve } = await import("./example.mjs");
const authorizer = createAuthorizer({
  policy,
  verify: () => ({ sub: "ann", scope: "notes:read" }),
});
const url = `${await listen(serve(authorizer))}/mcp`;
const token = "ann";
const transports = () => [...maps].reduce((sum, { size }) => sum + size, 0);
for (let round = 0; round < 32; round += 1) {
  const headers = await handshake(url, { token });
  assert.ok(transports() > 0);
  const ended = await call(url, { method: "DELETE", token, headers });
  assert.equal(ended.status, 200);
}
assert.equal(transports(), 0);
close();
