import { describe, expect, it } from "vitest";
import { pathOf, targetOfUrl } from "../../src/adapters/request-target.js";

describe("the request target of a URL", () => {
  it.each([
    ["https://a.example/", "/", "/"],
    ["https://a.example/b/c?d=/e?f", "/b/c?d=/e?f", "/b/c"],
    ["https://user:pw@a.example:8080/b", "/b", "/b"],
    ["http://[::1]:3000//b//", "//b//", "//b//"],
    ["https://a.example/b#c", "/b#c", "/b#c"],
    ["https://a.example#c", "#c", "#c"],
    ["https://a.example?b", "?b", ""],
    ["https://a.example/%2e%2e/b://c/d", "/%2e%2e/b://c/d", "/%2e%2e/b://c/d"],
    ["/b?c", "/b?c", "/b"],
  ])("%s is %s, with the path %j", (url, target, path) => {
    expect([targetOfUrl(url), pathOf(targetOfUrl(url))]).toEqual([target, path]);
  });
});
