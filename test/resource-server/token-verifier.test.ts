import { describe, expect, it } from "vitest";
import type { AccessToken } from "../../src/decision/access-token.js";
import {
  type DetailedVerify,
  detailedVerify,
  hideReasons,
  rejected,
  type Verdict,
} from "../../src/resource-server/verifier-result.js";

const TOKEN: AccessToken = Object.freeze({ scope: "courses:read" });
const ACCEPTED: Verdict = { kind: "token", token: TOKEN };

describe("a public verifier", () => {
  it("returns the token at once if the verdict is not a promise", () => {
    expect(hideReasons(() => ACCEPTED)("text")).toBe(TOKEN);
  });

  it("returns a promise of the token if the verdict is a promise", async () => {
    const answer = hideReasons(async () => ACCEPTED)("text");
    expect(answer).toBeInstanceOf(Promise);
    expect(await answer).toBe(TOKEN);
  });

  it("returns `undefined` for every reason", async () => {
    expect(hideReasons(() => rejected("key"))("text")).toBeUndefined();
    expect(await hideReasons(async () => rejected("key"))("text")).toBeUndefined();
  });

  it("throws and rejects as the verifier behind it does", async () => {
    const outage = new Error("outage");
    const thrower = hideReasons(() => {
      throw outage;
    });
    expect(() => thrower("text")).toThrow(outage);
    await expect(hideReasons(() => Promise.reject(outage))("text")).rejects.toBe(outage);
  });

  it("passes the text on unchanged, and gives access to the detailed verifier", () => {
    const texts: unknown[] = [];
    const detailed: DetailedVerify = (text) => {
      texts.push(text);
      return rejected("malformed");
    };
    const verify = hideReasons(detailed);
    void verify("one");
    expect(detailedVerify(verify)).toBe(detailed);
    expect(detailedVerify(verify)?.("two")).toEqual({ kind: "rejected", reason: "malformed" });
    expect(texts).toEqual(["one", "two"]);
  });

  it("has no detailed verifier if it is a function of the program", () => {
    expect(detailedVerify(() => TOKEN)).toBeUndefined();
  });
});
