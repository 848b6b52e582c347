import {
  type ConsentOptions,
  consentHeaders,
  consentScreen,
  createAuthorizer,
  loadPolicy,
  PolicyError,
} from "scope-policy";
import { mcpGate } from "scope-policy/mcp";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isHost } from "../../src/providers/facts.js";
import { createOutageReporter } from "../../src/resource-server/callbacks.js";
import { checkStoreOptions, type StoreOptions } from "../../src/store/options.js";
import { titled } from "../titled.js";

const policy = loadPolicy({
  name: "A",
  version: "1",
  scopes: { "image:{name}:pull": { match: "registry" } },
  tools: { pull: { scope: "image:{name}:pull" } },
});
const screen = consentScreen(policy, { client: { client_id: "a" }, requested: "" });

/** Returns the paths of the findings that a call throws; an empty list if it throws another error or none. */
function faultsOf(call: () => unknown): readonly string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof PolicyError) return error.findings.map(({ path }) => path);
  }
  return [];
}

const nonceOf = (length: number) => () =>
  consentHeaders(screen, { script: `nonce-${"a".repeat(length)}` });
const storeWith = (options: object) => () => checkStoreOptions(options as StoreOptions);
const authorizer = createAuthorizer({ policy, verify: () => undefined });
const consentWith = (options: ConsentOptions) => () =>
  consentScreen(policy, { client: { client_id: "a" }, requested: "" }, options);

/** Returns two cases of an option: the largest number that it accepts, and the next one. */
const upTo = (
  option: string,
  most: number,
  callWith: (options: Record<string, number>) => () => unknown,
) =>
  [true, false].map((is) => {
    const value = is ? most : most + 1;
    const title = `a \`${option}\` of ${value.toLocaleString("en-US")}`;
    return { title, call: callWith({ [option]: value }), option, is };
  });

describe("an option", () => {
  it.each(
    titled([
      { title: "a nonce of 22 characters", call: nonceOf(22), option: "script", is: true },
      { title: "a nonce of 21 characters", call: nonceOf(21), option: "script", is: false },
      { title: "a nonce of 256 characters", call: nonceOf(256), option: "script", is: true },
      { title: "a nonce of 257 characters", call: nonceOf(257), option: "script", is: false },
      ...upTo("maxLag", 600_000, storeWith),
      ...upTo("lastUsedInterval", 86_400_000, storeWith),
      ...upTo("maxTokenLifetime", 316_224_000, storeWith),
      ...upTo("recheckStreams", 86_400, (options) => () => mcpGate(authorizer, options)),
      ...upTo("rememberRefusals", 1e9, consentWith),
    ]),
  )("is accepted up to its limit, and rejected beyond it: %s", (_title, { call, option, is }) => {
    expect(faultsOf(call).includes(option)).toBe(!is);
  });

  it("may be a host name of 253 characters, and not a longer one", () => {
    expect(isHost("a".repeat(253))).toBeUndefined();
    expect(isHost("a".repeat(254))).toBeTypeOf("string");
  });
});

describe("a value of `match: registry`", () => {
  const decide = (length: number) => {
    // segments of 100 characters, and one that is left
    const name = "a"
      .repeat(100)
      .concat("/")
      .repeat(11)
      .slice(0, length - 1)
      .concat("b");
    return policy.decide({ scope: `image:${name}:pull` }, "pull", { name }).allowed;
  };

  it("has at most 1,024 characters", () => {
    expect([decide(1_024), decide(1_025)]).toEqual([true, false]);
  });
});

describe("the message of an error in the log", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("has at most 200 characters", () => {
    const lines: string[] = [];
    vi.stubGlobal("console", { error: (line: string) => lines.push(line) });
    const { report } = createOutageReporter(undefined);
    report({ source: "authenticate", error: new Error("no way ".repeat(1_000)) });
    const [line = ""] = lines;
    const [, message = ""] =
      /^scope-policy: outage of `authenticate` \(Error\): (.*)\. Further messages/.exec(line) ?? [];
    expect(message).toHaveLength(200);
  });
});
