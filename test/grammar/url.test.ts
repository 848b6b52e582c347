import { describe, expect, it } from "vitest";
import { isLoopback, isSecure, type UrlParts, urlParts } from "../../src/grammar/url.js";

describe("the URL that an option or a client names", () => {
  it.each([
    ["https://a.example/", false, true],
    ["https://localhost/", true, true],
    ["http://localhost:8080/x", true, true],
    ["http://LOCALHOST/", true, true],
    ["http://127.0.0.1/", true, true],
    ["http://127.1/", true, true], // the URL standard writes it out as 127.0.0.1
    ["http://0x7f.0.0.2/", true, true],
    ["http://[::1]:3000/", true, true],
    ["http://[0:0::1]/", true, true],
    ["http://a.example/", false, false],
    ["http://localhost.a.example/", false, false],
    ["http://127.0.0.1.a.example/", false, false],
    ["http://a.localhost/", false, false],
    ["http://localhost./", false, false],
    ["http://0.0.0.0/", false, false],
    ["http://[::]/", false, false],
    ["http://localhost@a.example/", false, false],
    ["ftp://localhost/", true, false],
    ["ws://127.0.0.1/", true, false],
    ["com.example.app:/callback", false, false],
  ])("%s is loopback: %s, and protected on the way: %s", (text, loopback, secure) => {
    const url = urlParts(text) as UrlParts;
    expect([isLoopback(url), isSecure(url)]).toEqual([loopback, secure]);
  });

  it.each(["", "/path", "localhost", "https://", 7, undefined, new URL("https://a.example/")])(
    "%s is not parsed",
    (value) => {
      expect(urlParts(value)).toBeUndefined();
    },
  );
});
