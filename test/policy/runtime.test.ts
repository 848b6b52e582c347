import { afterEach, describe, expect, it, vi } from "vitest";
import { isDevelopment } from "../../src/policy/runtime.js";

const refused = () => {
  throw new Error("no permission to read the environment");
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a program", () => {
  it.each<[what: string, process: object | undefined, isStated: boolean]>([
    ["`NODE_ENV` is not set", { env: {} }, true],
    ["`NODE_ENV` is `development`", { env: { NODE_ENV: "development" } }, true],
    ["`NODE_ENV` is `test`", { env: { NODE_ENV: "test" } }, true],
    ["`NODE_ENV` is empty", { env: { NODE_ENV: "" } }, true],
    ["`NODE_ENV` is `production`", { env: { NODE_ENV: "production" } }, false],
    ["the process has no environment", {}, true],
    ["the runtime has no process", undefined, false],
    [
      "the runtime does not let it read the environment",
      {
        get env() {
          return refused();
        },
      },
      false,
    ],
    [
      "the runtime does not let it read a variable",
      {
        env: {
          get NODE_ENV() {
            return refused();
          },
        },
      },
      false,
    ],
  ])("states that it is in development, or not, if %s", (_what, process, isStated) => {
    vi.stubGlobal("process", process);
    const stated = isDevelopment();
    vi.unstubAllGlobals();
    expect(stated).toBe(isStated);
  });
});
