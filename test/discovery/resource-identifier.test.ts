import { describe, expect, it } from "vitest";
import {
  issuerFault,
  metadataUrl,
  resourceFault,
} from "../../src/discovery/resource-identifier.js";
import { urlParts } from "../../src/grammar/url.js";
import { titled } from "../titled.js";

const GOOD = [
  "https://api.example.com",
  "https://api.example.com/",
  "https://api.example.com/mcp",
  "https://api.example.com:8443/a/b",
  "HTTPS://API.example.com/MCP",
  "https://xn--bcher-kva.example/",
  "http://localhost:3000/mcp",
  "http://127.0.0.1:1",
  "http://127.1.2.3/",
  "http://[::1]:80/",
];

const BAD: readonly (readonly [resource: unknown, fault: RegExp])[] = [
  [undefined, /absolute URL/],
  [7, /absolute URL/],
  [new URL("https://api.example.com"), /absolute URL/],
  ["", /absolute URL/],
  ["/mcp", /absolute URL/],
  ["api.example.com", /absolute URL/],
  ["//api.example.com", /absolute URL/],
  ["https://", /absolute URL/],
  // RFC 9728, section 1.2: "a URL that uses the https scheme"
  ["http://api.example.com", /https/],
  ["http://localhost.example.com", /https/],
  ["http://127.0.0.1.example.com", /https/],
  ["http://10.0.0.1", /https/],
  ["ftp://127.0.0.1/x", /https/],
  ["urn:example:api", /printable/],
  // "and has no fragment component"
  ["https://api.example.com/#x", /fragment/],
  ["https://api.example.com/#", /fragment/],
  ["https://me@api.example.com/", /credentials/],
  ["https://:secret@api.example.com/", /credentials/],
  // texts that a URL parser corrects silently
  [" https://api.example.com", /printable/],
  ["https://api.example.com\n", /printable/],
  ["https://api.exa\tmple.com/", /printable/],
  ["https:api.example.com/", /printable/],
  ["https:/api.example.com/", /printable/],
  ["https:///api.example.com/", /printable/],
  ["https:\\\\api.example.com", /printable/],
  ["https://api.example.com/a\\b", /printable/],
  ['https://api.example.com/"', /printable/],
  ['https://"@api.example.com/', /printable/],
  ["https://bücher.example/", /printable/],
];

describe("a resource identifier", () => {
  it.each(GOOD)("can be %s", (resource) => {
    expect(resourceFault(resource)).toBeUndefined();
    expect(issuerFault(resource)).toBeUndefined();
  });

  const bad = titled(BAD, ([resource]) => `cannot be ${JSON.stringify(resource)}`);
  it.each(bad)("%s", (_title, [resource, fault]) => {
    expect(resourceFault(resource)).toMatch(fault);
    expect(issuerFault(resource)).toMatch(fault);
  });

  it("can have a query, unlike an issuer (RFC 8414, section 2)", () => {
    expect(resourceFault("https://api.example.com/?tenant=1")).toBeUndefined();
    expect(issuerFault("https://as.example.com/?tenant=1")).toMatch(/query/);
    expect(issuerFault("https://as.example.com/?")).toMatch(/query/);
  });
});

describe("the URL of the metadata (RFC 9728, section 3.1)", () => {
  const WELL_KNOWN = "/.well-known/oauth-protected-resource";
  it.each([
    // "https://resource.example.com" and "https://resource.example.com/resource1" are examples of the RFC
    ["", "https://resource.example.com", `https://resource.example.com${WELL_KNOWN}`],
    [
      "",
      "https://resource.example.com/resource1",
      `https://resource.example.com${WELL_KNOWN}/resource1`,
    ],
    ["DISCOVERY-007: ", "https://api.example.com/", `https://api.example.com${WELL_KNOWN}`],
    ["DISCOVERY-009: ", "https://api.example.com/a/b", `https://api.example.com${WELL_KNOWN}/a/b`],
    [
      "DISCOVERY-010: ",
      "https://api.example.com:8443/mcp",
      `https://api.example.com:8443${WELL_KNOWN}/mcp`,
    ],
    ["", "https://api.example.com/mcp/", `https://api.example.com${WELL_KNOWN}/mcp/`],
    ["", "https://api.example.com/?x=1", `https://api.example.com${WELL_KNOWN}?x=1`],
    ["", "https://api.example.com/a?x=1", `https://api.example.com${WELL_KNOWN}/a?x=1`],
    ["", "http://127.0.0.1:8080/mcp", `http://127.0.0.1:8080${WELL_KNOWN}/mcp`],
  ])("%shas the well-known path between host and path for %s: %s", (_, resource, url) => {
    expect(metadataUrl(resource)).toBe(url);
  });
});

describe("the parts of a URL", () => {
  it("are read from a text only", () => {
    expect(urlParts("https://a.example/b?c#d")).toMatchObject({ pathname: "/b", hash: "#d" });
    for (const other of ["x", "", undefined, null, 7, {}, { toString: () => "https://a" }]) {
      expect(urlParts(other)).toBeUndefined();
    }
  });
});
