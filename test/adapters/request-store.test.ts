import { describe, expect, it } from "vitest";
import { createRequestStore } from "../../src/adapters/request-store.js";

const request = (rawHeaders?: readonly string[]) => ({ method: "GET", rawHeaders });

describe("a note of a request", () => {
  it("can be read only by the note object that stored it", () => {
    const [mine, other] = [createRequestStore<string>(), createRequestStore<string>()];
    const one = request(["Host", "a"]);
    mine.set(one, "first");
    mine.set(one, "second");
    expect(mine.get(one)).toBe("second");
    expect(other.get(one)).toBeUndefined();
    expect(mine.get(request(["Host", "a"]))).toBeUndefined();
  });

  it("does not appear in a copy or a text of the request", () => {
    const one = request(["Host", "a"]);
    createRequestStore<string>().set(one, "secret");
    expect(Object.keys(one)).toEqual(["method", "rawHeaders"]);
    expect([...(one.rawHeaders ?? [])]).toEqual(["Host", "a"]);
    expect(JSON.stringify(one)).not.toContain("secret");
  });

  it("works for a host without raw headers", () => {
    const note = createRequestStore<string>();
    const one = request();
    note.set(one, "first");
    expect(note.get(one)).toBe("first");
  });

  it("never belongs to another request, even if the host shares the list of raw headers", () => {
    const note = createRequestStore<string>();
    const shared: string[] = [];
    const [ada, bob] = [request(shared), request(shared)];
    note.set(ada, "ada");
    expect(note.get(bob)).toBeUndefined();
    note.set(bob, "bob");
    expect(note.get(bob)).toBe("bob");
    expect(note.get(ada), "lost, but not the value of bob").toBeUndefined();
  });

  it("throws if the list is frozen, so that no request continues without it", () => {
    const note = createRequestStore<string>();
    expect(() => note.set(request(Object.freeze([])), "ada")).toThrow(TypeError);
  });
});
