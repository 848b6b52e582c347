// Network cases are described in words. Each has its own fixture, by id.
import { CONSENT_FIXTURES } from "./fixtures-consent.js";
import { HTTP_FIXTURES } from "./fixtures-http.js";
import { MCP_FIXTURES } from "./fixtures-mcp.js";
import { type Fixture, VERIFY_FIXTURES } from "./fixtures-verify.js";

export const FIXTURES: ReadonlyMap<string, Fixture> = new Map([
  ...VERIFY_FIXTURES,
  ...HTTP_FIXTURES,
  ...MCP_FIXTURES,
  ...CONSENT_FIXTURES,
]);
