import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { token } from "../../../src/cli/mcp/inputs.js";

describe("the token of a tool of the MCP server", () => {
  const read = (given: object) => z.safeParse(z.object(token), given).success;

  it.each([
    [{}, true],
    [{ scope: "a b", acr: "mfa", authAge: 0, firstParty: true }, true],
    [{ boundaries: { project: ["one", "two"], region: [] } }, true],
    [{ boundaries: { "a=b": ["one"] } }, false],
    [{ boundaries: { "=": ["one"] } }, false],
    [{ boundaries: { project: "one" } }, false],
    [{ authAge: -1 }, false],
    [{ authAge: 0.5 }, false],
    [{ scope: ["a"] }, false],
    [{ firstParty: "true" }, false],
  ])("can be %j: %s", (given, expected) => {
    expect(read(given)).toBe(expected);
  });
});
