import { describe, expect, it, vi } from "vitest";
import { createServerFetch, serverUrl } from "../../../src/cli/source/server-fetch.js";
import { serve } from "./mcp-servers.js";

const LIMITS = { bytes: 1_000, milliseconds: 1_000 };
const never = new AbortController().signal;
const open = (url: string, refusal: (response: Response) => string | undefined = () => undefined) =>
  createServerFetch(serverUrl(url, undefined), LIMITS, never, refusal);

describe("the fetch for one server", () => {
  it("sends nothing to another origin", async () => {
    const reached = vi.fn();
    const other = await serve((_request, response) => {
      reached();
      response.end();
    });
    const watched = open(await serve((_request, response) => void response.end()));
    await expect(watched.fetch(other)).rejects.toThrow("a request to another origin");
    expect(reached).not.toHaveBeenCalled();
  });

  it("sends nothing after a final error, which it keeps", async () => {
    const reached = vi.fn();
    const url = await serve((_request, response) => {
      reached();
      response.writeHead(401).end();
    });
    const watched = open(url, ({ status }) => `refused with ${status}`);
    for (let time = 0; time < 2; time += 1) {
      await expect(watched.fetch(url)).rejects.toThrow("refused with 401");
    }
    expect(watched.fault()).toBe("refused with 401");
    expect(watched.status()).toBe(401);
    expect(reached).toHaveBeenCalledOnce();
  });

  it("returns a response without a body", async () => {
    const url = await serve((_request, response) => void response.writeHead(204).end());
    const { status, body } = await open(url).fetch(url);
    expect({ status, body }).toEqual({ status: 204, body: null });
  });

  it("leaves the end of a request to the caller who ends it", async () => {
    const url = await serve(() => undefined);
    const watched = open(url);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(watched.fetch(url, { signal })).rejects.toThrow("enough");
    expect(watched.fault()).toBeUndefined();
  });
});
