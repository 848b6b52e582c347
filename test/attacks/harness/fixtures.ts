// Network cases are told in words; each has a fixture of its own, by its id.
import { Skip } from "./corpus.js";
import { HTTP_FIXTURES } from "./fixtures-http.js";
import { MCP_FIXTURES } from "./fixtures-mcp.js";
import { type Fixture, VERIFY_FIXTURES } from "./fixtures-verify.js";

const absent =
  (name: string): Fixture =>
  () =>
    Promise.reject(new Skip(`not in this version: ${name}`));

export const FIXTURES: ReadonlyMap<string, Fixture> = new Map([
  ...VERIFY_FIXTURES,
  ...HTTP_FIXTURES,
  ...MCP_FIXTURES,
  ["CONSENT-074", absent("remembered consent")],
]);
