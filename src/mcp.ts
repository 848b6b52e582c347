export type { McpGateResult, McpRequestContext } from "./mcp/http/check-request.js";
export type { BodyResult, McpHttpRequest, McpHttpResponse } from "./mcp/http/http-types.js";
export { type McpGate, type McpGateOptions, type McpServe, mcpGate } from "./mcp/http/mcp-gate.js";
export type { NodeRequest, NodeResponse } from "./mcp/http/node-http.js";
export type { McpHandlerContext, SdkAuthInfo } from "./mcp/server/caller.js";
export {
  type McpCoverageOptions,
  type Protected,
  type ProtectedServer,
  type ProtectedTools,
  type ProtectOptions,
  protect,
} from "./mcp/server/protect.js";
export type {
  AnyServer,
  HighLevelServer,
  RegisterTool,
  RequestHandlers,
  SchemaLike,
  ShapeLike,
} from "./mcp/server/sdk-types.js";
export type { McpAuthInfo } from "./mcp/shared/auth-info.js";
export type { McpSessionStore } from "./mcp/shared/sessions.js";
export type { McpChallenge, McpSurface } from "./mcp/shared/shared-options.js";
