import { describe, expect, it } from "vitest";
import { readEndpoints } from "../../src/policy/read-endpoints.js";
import { createReport } from "../../src/policy/report.js";
import { listOf } from "./many.js";

const OPEN = { public: true } as const;

/** Returns what is read from the keys, and the findings. */
function read(names: readonly string[]) {
  const report = createReport();
  const endpoints = readEndpoints(
    names.map((name) => [name, OPEN]),
    report,
  );
  return { endpoints, findings: report.close() };
}

describe("the path of an endpoint", () => {
  it.each(["GET", "OPTIONS"])("of %s has at most 8,192 characters", (method) => {
    const longest = `${method} /${"a".repeat(8_191)}`;
    expect(read([longest]).findings).toEqual([]);
    const tooLong = `${longest}a`;
    expect(read([tooLong])).toEqual({
      endpoints: [{ name: tooLong, endpoint: undefined, entry: OPEN }],
      findings: [
        {
          code: "too_large",
          path: `endpoints["${tooLong}"]`,
          message: "a path of 8193 characters: at most 8192 are allowed in a request",
        },
      ],
    });
  });
});

describe("endpoints with literal text and a placeholder in one segment", () => {
  const many = (count: number, path: string) => listOf(count, (index) => `GET ${path}${index}`);

  it("are compared in at most 5,000,000 steps", () => {
    // each pair of the two lists takes a step, and each pair of groups 12
    const most = [...many(2_192, "/{a}:x/p"), ...many(2_281, "/v{a}/q"), "PUT /a{x}"];
    expect(2_192 * 2_281 + 4 * 12).toBe(5_000_000);
    expect(read(most).findings).toEqual([]);
    expect(read(["POST /a{x}", ...most]).findings).toEqual([
      {
        code: "too_large",
        path: "endpoints",
        message:
          "comparing segments with literal text and placeholders takes more than 5000000 steps",
      },
    ]);
  });
});
