import { describe, expect, it } from "vitest";
import { MCP_SUBJECTS } from "./mcp-subject.js";
import { describeContract, unknownIds } from "./suite.js";

describe("the contract of MCP", () => {
  it.each(MCP_SUBJECTS.map((subject) => ({ name: subject.name, subject })))(
    "has every case that $name cannot do",
    ({ subject }) => {
      expect(unknownIds(subject)).toEqual([]);
    },
  );
});

for (const subject of MCP_SUBJECTS) describeContract(subject);
