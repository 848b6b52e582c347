import type { ServerResponse } from "node:http";
import { loadPolicySource, type PolicyFaultCode } from "scope-policy/policy-source";
import { describe, expect, it } from "vitest";
import { titled } from "../titled.js";
import { policyText, recording, withServer } from "./fixture.js";

describe("a policy at a URL", () => {
  it("is asked for with its ETag, and read again when that is another one", async () => {
    let text = policyText("1");
    const statuses: number[] = [];
    const asked: unknown[] = [];
    const accepted = new Set<unknown>();
    await withServer(
      (request, response) => {
        const etag = `"${text.length}-${(JSON.parse(text) as { version: string }).version}"`;
        const isSame = request.headers["if-none-match"] === etag;
        asked.push(request.headers["if-none-match"]);
        accepted.add(request.headers.accept);
        statuses.push(isSame ? 304 : 200);
        response.writeHead(isSame ? 304 : 200, { ETag: etag }).end(isSame ? undefined : text);
      },
      async (url) => {
        const { options, versions, faults } = recording();
        const source = await loadPolicySource(new URL(url), options);
        expect(await source.refresh()).toBe(false);
        text = policyText("2");
        expect(await source.refresh()).toBe(true);
        // a refused content is not read again either
        text = policyText("1.5");
        expect([await source.refresh(), await source.refresh()]).toEqual([false, false]);
        expect(source.fault?.code).toBe("older");
        source.close();
        expect(statuses).toEqual([200, 304, 200, 200, 304]);
        expect(asked[0]).toBeUndefined();
        expect([...accepted]).toEqual(["application/json"]);
        expect([versions, faults.map(({ code }) => code)]).toEqual([["2"], ["older"]]);
      },
    );
  });

  interface Row {
    readonly title: string;
    readonly code: PolicyFaultCode;
    readonly message: string;
    readonly answer: (response: ServerResponse) => void;
  }

  const FAULTS: readonly Row[] = [
    {
      title: "a redirect",
      code: "unreadable",
      message: "the server responded with status 302",
      answer: (response) => response.writeHead(302, { Location: "/other.json" }).end(),
    },
    {
      title: "an error of the server",
      code: "unreadable",
      message: "the server responded with status 500",
      answer: (response) => response.writeHead(500).end(policyText("2")),
    },
    {
      title: "304 although nothing was named",
      code: "unreadable",
      message: "the server responded with status 304",
      answer: (response) => response.writeHead(304).end(),
    },
    {
      title: "a body above the limit",
      code: "too_large",
      message: "more than 1000 bytes",
      answer: (response) => response.end(policyText("2").padEnd(2_000)),
    },
    {
      title: "a connection that is cut",
      code: "unreadable",
      message: "the server cannot be reached, or its response ended early",
      answer: (response) =>
        response.writeHead(200, { "Content-Length": "100" }).flushHeaders() ?? response.destroy(),
    },
    {
      title: "no response in time",
      code: "unreadable",
      message: "no complete response within 300 ms",
      answer: () => undefined,
    },
    {
      title: "a policy with findings",
      code: "invalid",
      message: "3 findings in the policy",
      answer: (response) => response.end("{}"),
    },
    {
      title: "a policy that is not UTF-8",
      code: "invalid",
      message: "the policy is not UTF-8 text",
      answer: (response) => response.end(Buffer.from([0xff])),
    },
  ];

  it.each(titled(FAULTS, ({ title }) => title))(
    "stays as it was for %s",
    async (_title, { code, message, answer }) => {
      let count = 0;
      await withServer(
        (request, response) => {
          count += 1;
          if (count === 1) response.end(policyText("1"));
          else if (request.url === "/other.json") response.end(policyText("2"));
          else answer(response);
        },
        async (url) => {
          const { options, faults } = recording({ maxBytes: 1_000, timeout: 300 });
          const source = await loadPolicySource(url, options);
          expect(await source.refresh()).toBe(false);
          expect([source.policy.version, faults.map((fault) => fault.code)]).toEqual(["1", [code]]);
          expect(faults[0]?.message).toContain(message);
          source.close();
        },
      );
    },
  );

  it("is asked for by a function of your own, which may add credentials", async () => {
    const seen: (string | undefined)[] = [];
    await withServer(
      (request, response) => {
        seen.push(request.headers.authorization);
        response.end(policyText("1"));
      },
      async (url) => {
        const source = await loadPolicySource(url, {
          fetch: (target, init) =>
            fetch(target, { ...init, headers: { authorization: "Bearer t" } }),
        });
        source.close();
      },
    );
    expect(seen).toEqual(["Bearer t"]);
  });
});
