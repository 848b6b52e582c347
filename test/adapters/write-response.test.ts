import { describe, expect, it } from "vitest";
import { isOver, writeResponse } from "../../src/adapters/write-response.js";

/** Returns a response that records what is written. */
function record(state: { readonly headersSent: boolean; readonly destroyed: boolean }) {
  const written: unknown[] = [];
  const res = {
    ...state,
    statusCode: 200,
    on: () => undefined,
    setHeader: (name: string, value: string) => written.push(`${name}: ${value}`),
    end: (text?: string) => written.push(text),
  };
  return { res, written };
}

const ANSWER = { status: 401, headers: { "WWW-Authenticate": "Bearer" }, body: { status: 401 } };

describe("a refusal", () => {
  it.each([
    ["GET", '{"status":401}'],
    ["HEAD", undefined],
  ])("of %s is written with its status, headers and body", (method, body) => {
    const { res, written } = record({ headersSent: false, destroyed: false });
    expect(isOver(res)).toBe(false);
    writeResponse(method, res, ANSWER);
    expect(res.statusCode).toBe(401);
    expect(written).toEqual(["WWW-Authenticate: Bearer", body]);
  });

  it.each([
    ["a response has been sent", { headersSent: true, destroyed: false }],
    ["the connection is closed", { headersSent: false, destroyed: true }],
  ])("is not written if %s", (_what, state) => {
    const { res, written } = record(state);
    expect(isOver(res)).toBe(true);
    writeResponse("GET", res, ANSWER);
    expect(res.statusCode).toBe(200);
    expect(written).toEqual([]);
  });
});
