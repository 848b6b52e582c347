export type { McpAuthInfo } from "./mcp/auth-info.js";
export { type McpGate, type McpGateOptions, type McpServe, mcpGate } from "./mcp/gate.js";
export type { McpPassed, McpVerdict } from "./mcp/gate-core.js";
export type { BodyResult, McpHttpAnswer, McpHttpRequest } from "./mcp/http.js";
export type { NodeRequest, NodeResponse } from "./mcp/node-http.js";
export {
  type Protected,
  type ProtectedServer,
  type ProtectedTools,
  type ProtectOptions,
  protect,
} from "./mcp/protect.js";
export type {
  AnyServer,
  HighLevelServer,
  RegisterTool,
  RequestHandlers,
  SchemaLike,
  ShapeLike,
} from "./mcp/sdk.js";
export type { McpSessionStore } from "./mcp/sessions.js";
export type { McpChallenge, McpSurface } from "./mcp/surface.js";
