import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { MCP_SUBJECTS } from "./mcp-subject.js";
import { describeContract, unknownIds } from "./suite.js";

describe("the contract of MCP", () => {
  it.each(titled(MCP_SUBJECTS, ({ name }) => name))(
    "contains every case that %s cannot run",
    (_name, subject) => {
      expect(unknownIds(subject)).toEqual([]);
    },
  );
});

for (const subject of MCP_SUBJECTS) describeContract(subject);
