import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../src/policy/compile.js";
import {
  createCeiling,
  listedScopes,
  textsWithoutImplied,
  withImpliedListed,
} from "../../src/policy/scope-ceiling.js";

const policy = compilePolicy({
  name: "P",
  version: "1",
  scopes: {
    read: "Read",
    write: { implies: ["read"] },
    "/a/{id}/r": "Read one",
    "/a/{id}/w": { implies: ["/a/{id}/r", "read"] },
    staff: { reserved: true, implies: ["read"] },
  },
});

const listed = (entry: string, firstParty = false) => listedScopes(policy, entry, firstParty);
const textsOf = (list: ReturnType<typeof listed>) => list.map(({ text }) => text);

describe("the scopes that an entry of a list names", () => {
  it.each([
    ["read", false, ["read"]],
    ["/a/{id}/w", false, ["/a/{id}/w"]],
    ["/a/<id>/w", false, ["/a/{id}/w"]],
    ["/a/1/w", false, ["/a/1/w"]],
    ["staff", false, []],
    ["staff", true, ["staff"]],
    ["other", true, []],
  ])("%s, first-party %s", (entry, firstParty, expected) => {
    expect(textsOf(listed(entry, firstParty))).toEqual(expected);
  });
});

describe("what an entry means with its implications, and without what others imply", () => {
  it.each([
    ["read", ["read"], ["read"]],
    ["write", ["write", "read"], ["write"]],
    ["/a/{id}/w", ["/a/{id}/w", "/a/{id}/r", "read"], ["/a/{id}/w"]],
    ["/a/1/w", ["/a/1/w", "/a/1/r", "read"], ["/a/1/w"]],
    ["other", [], []],
  ])("%s", (entry, all, least) => {
    const found = withImpliedListed(policy, listed(entry));
    expect(textsOf(found).toSorted()).toEqual(all.toSorted());
    expect([...textsWithoutImplied(policy, found)]).toEqual(least);
  });
});

describe("templates that accept different values", () => {
  // a value between dots has no dot
  const forms = compilePolicy({
    name: "P",
    version: "1",
    scopes: {
      "app.{id}.all": { implies: ["/names/{id}", "/files/{id}"] },
      "/files/{id}": { implies: ["/names/{id}", "file.{id}.index"] },
      "/names/{id}": {},
      "file.{id}.index": {},
    },
  });
  const listedIn = (entry: string) => listedScopes(forms, entry, false);

  it("are implied in full by a template that accepts the same values, and in part by one that accepts fewer", () => {
    const found = withImpliedListed(forms, listedIn("app.{id}.all"));
    expect(textsOf(found).toSorted()).toEqual(
      ["app.{id}.all", "/names/{id}", "/files/{id}", "file.{id}.index"].toSorted(),
    );
    expect([...textsWithoutImplied(forms, found)].toSorted()).toEqual(
      ["app.{id}.all", "/files/{id}"].toSorted(),
    );
  });

  it.each([
    ["/files/{id}", "file.{id}.index", true],
    ["/files/{id}", "/names/{id}", true],
    ["app.{id}.all", "file.{id}.index", true],
    ["app.{id}.all", "/names/{id}", false],
    ["app.{id}.all", "/files/{id}", false],
    ["app.{id}.all", "/files/a", true],
    ["app.{id}.all", "/files/a.b", false],
  ])("as the ceiling %s and the scope %s: within it is %s", (entry, scope, expected) => {
    const ceiling = createCeiling(forms, [entry], false);
    expect(listedIn(scope).every((one) => ceiling.covers(one))).toBe(expected);
  });
});

describe("a ceiling", () => {
  const covers = (entries: readonly string[], entry: string, firstParty = false) =>
    listedScopes(policy, entry, true).every((one) =>
      createCeiling(policy, entries, firstParty).covers(one),
    );

  it.each([
    [["write"], "read", true],
    [["read"], "write", false],
    [["/a/{id}/w"], "/a/1/r", true],
    [["/a/{id}/w"], "/a/{id}/r", true],
    [["/a/{id}/w"], "read", true],
    [["/a/1/w"], "/a/1/r", true],
    [["/a/1/w"], "/a/2/r", false],
    [["/a/1/w"], "/a/{id}/r", false],
    [["/a/1/w", "/a/2/w"], "/a/{id}/w", false],
    [["other"], "read", false],
    [["staff"], "read", false],
    [["staff"], "staff", false],
  ])("of %j: %s is within it: %s", (entries, entry, expected) => {
    expect(covers(entries, entry)).toBe(expected);
  });

  it("of a first-party client has reserved scopes", () => {
    expect(covers(["staff"], "staff", true)).toBe(true);
    expect(covers(["staff"], "read", true)).toBe(true);
  });

  it.each([
    [["/a/1/w"], "/a/{id}/r", true],
    [["/a/{id}/w"], "/a/{id}/r", true],
    [["/a/1/r"], "/a/{id}/w", false],
    [["write"], "read", true],
    [[], "read", false],
  ])("of %j covers some of %s: %s", (entries, name, expected) => {
    const scope = policy.scopes.find((one) => one.name === name);
    expect(createCeiling(policy, entries, false).coversSome(scope as never)).toBe(expected);
  });
});
