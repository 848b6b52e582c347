import { describe, expect, it } from "vitest";
import { newRequestNote } from "../../src/resource-server/request-note.js";

const request = (rawHeaders?: readonly string[]) => ({ method: "GET", rawHeaders });

describe("a note of a request", () => {
  it("is read by whoever made it, and by nobody else", () => {
    const [mine, other] = [newRequestNote<string>(), newRequestNote<string>()];
    const one = request(["Host", "a"]);
    mine.set(one, "first");
    mine.set(one, "second");
    expect(mine.get(one)).toBe("second");
    expect(other.get(one)).toBeUndefined();
    expect(mine.get(request(["Host", "a"]))).toBeUndefined();
  });

  it("shows in no copy and no text of the request", () => {
    const one = request(["Host", "a"]);
    newRequestNote<string>().set(one, "secret");
    expect(Object.keys(one)).toEqual(["method", "rawHeaders"]);
    expect([...(one.rawHeaders ?? [])]).toEqual(["Host", "a"]);
    expect(JSON.stringify(one)).not.toContain("secret");
  });

  it("is there for a host that has no raw lines", () => {
    const note = newRequestNote<string>();
    const one = request();
    note.set(one, "first");
    expect(note.get(one)).toBe("first");
  });

  it("of one request is never another's, where a host shares the list of its lines", () => {
    const note = newRequestNote<string>();
    const shared: string[] = [];
    const [ada, bob] = [request(shared), request(shared)];
    note.set(ada, "ada");
    expect(note.get(bob)).toBeUndefined();
    note.set(bob, "bob");
    expect(note.get(bob)).toBe("bob");
    expect(note.get(ada), "lost, and never bob's").toBeUndefined();
  });

  it("is refused by a list that takes none: nobody goes on without it", () => {
    const note = newRequestNote<string>();
    expect(() => note.set(request(Object.freeze([])), "ada")).toThrow(TypeError);
  });
});
