import { loadPolicy } from "scope-policy";
import { describe, expect, it } from "vitest";
import { createParamsReader, operationForGate } from "../../src/decision/gate-decider.js";

const load = () =>
  loadPolicy({
    name: "Gates",
    version: "1",
    scopes: { a: {}, "/x/{i}": {} },
    tools: {
      a: "a",
      x: "/x/{i}",
      job: { scope: "a", internal: true },
      "job_*": { scope: "a", internal: true },
    },
  });

describe("an operation for a gate", () => {
  it("has its name and parameters", () => {
    const policy = load();
    expect(operationForGate(policy, "x")).toMatchObject({ name: "x", params: ["i"] });
    expect(operationForGate(policy, "a")).toMatchObject({ name: "a", params: [] });
  });

  it.each([["job"], ["job_a"]])("is not the internal one `%s`", (name) => {
    const policy = load();
    expect(policy.operation(name).params).toEqual([]);
    expect(() => operationForGate(policy, name)).toThrow(
      expect.objectContaining({
        code: "ERR_OPERATION_UNKNOWN",
        message: `\`${name}\` is internal: no gate can serve it; remove \`internal\`, or call \`decide\` of the policy`,
      }),
    );
  });

  it("is unknown to a caller without a token too, but not to code of the host", () => {
    const policy = load();
    for (const name of ["job", "job_a"]) {
      expect(policy.decideUntrusted({ scope: "a" }, name).code).toBe("unknown_operation");
      expect(policy.decide({ scope: "a" }, name).code).toBe("allowed");
    }
  });

  it("has the parameters of the policy that replaced another one, none if it has no such operation", () => {
    const read = createParamsReader("x");
    const policy = load();
    expect(read(policy)).toEqual(["i"]);
    const other = loadPolicy({ name: "n", version: "1", scopes: { a: {} }, tools: { a: "a" } });
    expect(read(other)).toEqual([]);
    expect(createParamsReader("job")(policy)).toEqual([]);
    expect(read(policy)).toBe(read(policy));
  });
});
