import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthorizer } from "scope-policy";
import { loadPolicySource, type PolicyFaultCode } from "scope-policy/policy-source";
import { describe, expect, it, vi } from "vitest";
import { titled } from "../titled.js";
import { inDirectory, policyText, recording } from "./fixture.js";

describe("a policy file", () => {
  it("is in force in the authorizer as soon as it is read", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const { options, changes, faults } = recording({
        onPolicy: (policy) => authorizer.replacePolicy(policy),
      });
      const source = await loadPolicySource(file, options);
      const verify = () => ({ scope: "orders:read" });
      const authorizer = createAuthorizer({ policy: source.policy, verify });
      const code = async () => (await authorizer.decide("t", "list_orders")).decision.code;
      expect(await code()).toBe("allowed");
      await writeFile(file, policyText("2", "orders:write"));
      expect(await source.refresh()).toBe(true);
      expect(await code()).toBe("insufficient_scope");
      expect(authorizer.policy).toBe(source.policy);
      expect(
        changes.map(({ before, after, diff }) => [before.version, after.version, diff.semver]),
      ).toEqual([["1", "2", "major"]]);
      expect([await source.refresh(), faults]).toEqual([false, []]);
      source.close();
    }));

  it("is read again by the timer, and no longer after `close`", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const { options, changes } = recording({ interval: 5, diff: false });
      const source = await loadPolicySource(file, options);
      await writeFile(file, policyText("2"));
      await vi.waitFor(() => expect(source.policy.version).toBe("2"), 9_000);
      source.close();
      await writeFile(file, policyText("3"));
      expect(await source.refresh()).toBe(false);
      expect([source.policy.version, changes]).toEqual(["2", []]);
    }));

  it("is not compared with the one before if `onPolicy` closes the source", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const { options, changes } = recording({ onPolicy: () => source.close() });
      const source = await loadPolicySource(file, options);
      await writeFile(file, policyText("2"));
      expect([await source.refresh(), changes]).toEqual([true, []]);
    }));

  it("starts no timer again if `onPolicy` closes the source", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const timers = vi.spyOn(globalThis, "setTimeout");
      const { options } = recording({
        interval: 5,
        diff: false,
        onPolicy: ({ version }) => {
          if (version === "2") source.close();
        },
      });
      const source = await loadPolicySource(file, options);
      const started = () => timers.mock.calls.filter(([, time]) => time === 5).length;
      await writeFile(file, policyText("2"));
      await vi.waitFor(() => expect(source.policy.version).toBe("2"), 9_000);
      const count = started();
      await new Promise((resolve) => setTimeout(resolve, 25));
      expect(started()).toBe(count);
      timers.mockRestore();
    }));

  it("has the clock of its options", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      const rule = { scope: "orders:read", maxAge: 60 };
      await writeFile(file, policyText("1", rule));
      let time = 1_000;
      const { options } = recording({ now: () => time });
      const source = await loadPolicySource(file, options);
      const token = { scope: "orders:read", auth_time: 1_000 };
      const codeNow = () => source.policy.decide(token, "list_orders").code;
      expect(codeNow()).toBe("allowed");
      time = 1_061;
      expect(codeNow()).toBe("insufficient_user_authentication");
      source.close();
    }));

  it("is found after an editor replaced it, a link was switched, and it was away", () =>
    inDirectory(async (directory) => {
      // as Kubernetes mounts a ConfigMap: a link to a link to a directory, which is switched by a rename
      const make = async (name: string, version: string) => {
        await mkdir(join(directory, name));
        await writeFile(join(directory, name, "policy.json"), policyText(version));
      };
      await make("one", "1");
      await symlink("one", join(directory, "..data"));
      const file = join(directory, "policy.json");
      await symlink(join("..data", "policy.json"), file);
      const { options, versions, faults } = recording();
      const source = await loadPolicySource(file, options);
      await make("two", "2");
      await symlink("two", join(directory, "next"));
      await rename(join(directory, "next"), join(directory, "..data"));
      expect(await source.refresh()).toBe(true);
      await rm(file);
      expect(await source.refresh()).toBe(false);
      expect([source.policy.version, source.fault?.code]).toEqual(["2", "unreadable"]);
      await source.refresh();
      await writeFile(`${file}.new`, policyText("3"));
      await rename(`${file}.new`, file);
      expect(await source.refresh()).toBe(true);
      expect([versions, faults.length, source.fault]).toEqual([["2", "3"], 1, undefined]);
      source.close();
    }));

  interface FaultRow {
    readonly title: string;
    readonly code: PolicyFaultCode;
    readonly text: string | Uint8Array;
    readonly message: RegExp;
    readonly findings?: number;
  }

  const FAULTS: readonly FaultRow[] = [
    {
      title: "half of a file",
      code: "invalid",
      text: policyText("2").slice(0, 40),
      message: /JSON/,
      findings: 1,
    },
    {
      title: "a policy with two findings",
      code: "invalid",
      text: policyText("2", "order").replace('"2"', "2"),
      message: /./,
      findings: 2,
    },
    {
      title: "a file that is not UTF-8",
      code: "invalid",
      text: new Uint8Array([0x22, 0xff]),
      message: /UTF-8/,
    },
    {
      title: "an older version",
      code: "older",
      text: policyText("9", "orders:write"),
      message: /older/,
    },
    {
      title: "other content under the same version",
      code: "reused",
      text: policyText("10", "orders:write"),
      message: /other content/,
    },
    {
      title: "a version that means the same",
      code: "reused",
      text: policyText("10.0", "orders:write"),
      message: /mean the same/,
    },
    {
      title: "a version without an order",
      code: "unordered",
      text: policyText("draft"),
      message: /compareVersions/,
    },
    {
      title: "a policy with another name",
      code: "other_policy",
      text: policyText("11", "orders:read", "School"),
      message: /School/,
    },
    {
      title: "a file above the limit",
      code: "too_large",
      text: policyText("11").padEnd(2_000),
      message: /1000 bytes/,
    },
  ];

  it.each(titled(FAULTS, ({ title }) => title))(
    "keeps the last good policy for %s, and reports it once",
    (_title, { code, text, message, findings = 0 }) =>
      inDirectory(async (directory) => {
        const file = join(directory, "policy.json");
        await writeFile(file, policyText("10"));
        const { options, versions, faults } = recording({ maxBytes: 1_000 });
        const source = await loadPolicySource(file, options);
        const { policy } = source;
        await writeFile(file, text);
        expect([await source.refresh(), await source.refresh()]).toEqual([false, false]);
        expect(faults.map((fault) => fault.code)).toEqual([code]);
        expect(faults[0]?.message).toMatch(message);
        expect(faults[0]?.findings.length).toBe(findings);
        expect([source.policy === policy, source.fault, versions]).toEqual([true, faults[0], []]);
        await writeFile(file, policyText("10"));
        expect([await source.refresh(), source.fault]).toEqual([false, undefined]);
        source.close();
      }),
  );

  it("takes the order of versions from `compareVersions`, and refuses what that cannot order", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("old"));
      const compareVersions = (one: string) => {
        if (one === "bad") throw new Error("unknown");
        return 1;
      };
      const { options, faults } = recording({ compareVersions });
      const source = await loadPolicySource(file, options);
      await writeFile(file, policyText("new"));
      expect(await source.refresh()).toBe(true);
      await writeFile(file, policyText("bad"));
      expect(await source.refresh()).toBe(false);
      expect(faults.map(({ code }) => code)).toEqual(["callback"]);
      source.close();
    }));

  it("tries again if `onPolicy` throws, and keeps the policy until it does not", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      let failure: Error | undefined = new Error("no facts");
      const onPolicy = () => (failure === undefined ? undefined : Promise.reject(failure));
      const { options, faults } = recording({ onPolicy });
      const source = await loadPolicySource(file, options);
      await writeFile(file, policyText("2"));
      expect([await source.refresh(), source.policy.version]).toEqual([false, "1"]);
      failure = "text" as unknown as Error;
      expect([await source.refresh(), source.policy.version]).toEqual([false, "1"]);
      failure = undefined;
      expect([await source.refresh(), source.policy.version]).toEqual([true, "2"]);
      expect(faults.map(({ message }) => message)).toEqual([
        "`onPolicy` threw an exception: no facts",
        "`onPolicy` threw an exception",
      ]);
      source.close();
    }));

  it("shares one read between calls at the same time", () =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const { options, versions } = recording();
      const source = await loadPolicySource(file, options);
      await writeFile(file, policyText("2"));
      expect(await Promise.all([source.refresh(), source.refresh()])).toEqual([true, true]);
      expect(versions).toEqual(["2"]);
      await writeFile(file, policyText("3"));
      const last = source.refresh();
      source.close();
      expect([await last, versions]).toEqual([false, ["2"]]);
    }));

  it("logs changes and faults by default, and what `onFault` and `onDiff` throw", () =>
    inDirectory(async (directory) => {
      const lines: string[] = [];
      const log = vi.spyOn(console, "error").mockImplementation((line) => {
        // other sources of the process may log, too
        if (String(line).includes("`Shop`")) lines.push(String(line));
      });
      const file = join(directory, "policy.json");
      await writeFile(file, policyText("1"));
      const source = await loadPolicySource(file, { interval: 60_000 });
      await writeFile(file, policyText("2", "orders:write"));
      await source.refresh();
      await writeFile(file, policyText("3", "orders:write"));
      await source.refresh();
      await writeFile(file, "{");
      await source.refresh();
      source.close();
      await writeFile(file, policyText("1"));
      const boom = () => {
        throw new Error("boom");
      };
      const failing = await loadPolicySource(file, {
        interval: 60_000,
        onFault: boom,
        onDiff: boom,
      });
      await writeFile(file, policyText("2"));
      expect(await failing.refresh()).toBe(true);
      failing.close();
      log.mockRestore();
      expect(lines).toEqual([
        "scope-policy: `Shop` changed from version `1` to `2` (major): different: `list_orders`",
        "scope-policy: `Shop` changed from version `2` to `3` (patch): no operation changes",
        expect.stringMatching(/^scope-policy: `Shop` stays at version `3` \(`invalid`\): /),
        "scope-policy: `Shop` stays at version `2` (`callback`): `onDiff` threw an exception: boom",
        "scope-policy: `Shop` stays at version `2` (`callback`): `onFault` threw an exception: boom",
      ]);
    }));

  const STARTS: readonly (readonly [title: string, text: string | undefined, code: string])[] = [
    ["a missing file", undefined, "ERR_POLICY_SOURCE"],
    ["an invalid policy", "{}", "ERR_POLICY_INVALID"],
  ];

  it.each(STARTS)("does not start with %s", (_title, text, code) =>
    inDirectory(async (directory) => {
      const file = join(directory, "policy.json");
      if (text !== undefined) await writeFile(file, text);
      await expect(loadPolicySource(file)).rejects.toMatchObject({ code });
    }),
  );

  it("does not start with a directory", () =>
    inDirectory(async (directory) => {
      await expect(loadPolicySource(directory)).rejects.toThrow(/is not a file/);
    }));

  it.each([
    ["", "expected the path of a file or a URL"],
    ["a\0b", "expected the path of a file or a URL"],
    ["http://example.com/policy.json", "expected `https`, or `http` with a loopback host"],
    ["https://u@example.com/", "expected a URL without credentials; give `fetch`"],
    ["https://:p@example.com/", "expected a URL without credentials; give `fetch`"],
    ["https://example.com/#a", "expected a URL without a fragment"],
    ["https://", "invalid URL"],
    ["file:///etc/policy.json", "give a file as its path"],
  ])("does not start with the source %j", async (source, message) => {
    await expect(loadPolicySource(source)).rejects.toMatchObject({
      code: "ERR_OPTIONS_INVALID",
      message: expect.stringContaining(message) as string,
      findings: [{ path: "source" }],
    });
  });
});
