import type { ContractCase } from "./case.js";

const PATH = "/.well-known/oauth-protected-resource/mcp";

const DOCUMENT = {
  resource: "https://api.example.com/mcp",
  authorization_servers: ["https://as.example.com"],
  scopes_supported: ["mcp:tools"],
  bearer_methods_supported: ["header"],
  resource_name: "Contract",
};

const OPEN = { "access-control-allow-origin": "*" };

type Row = readonly [id: string, title: string, method: string, expect: ContractCase["expect"]];

const ROWS: readonly Row[] = [
  [
    "metadata-get",
    "serves the document of RFC 9728 without credentials, also to pages of other origins",
    "GET",
    { answered: 200, headers: { ...OPEN, "content-type": "application/json" }, json: DOCUMENT },
  ],
  [
    "metadata-head",
    "responds to HEAD with the headers and no document",
    "HEAD",
    { answered: 200, headers: { ...OPEN, "content-type": "application/json" }, text: "" },
  ],
  [
    "metadata-preflight",
    "responds to the preflight of a browser",
    "OPTIONS",
    {
      answered: 204,
      headers: { ...OPEN, "access-control-allow-methods": "GET, HEAD, OPTIONS" },
      text: "",
    },
  ],
  [
    "metadata-post",
    "responds to another method with 405",
    "POST",
    { answered: 405, headers: { ...OPEN, allow: "GET, HEAD, OPTIONS" } },
  ],
];

/** Cases about the metadata of the resource at its well-known path. */
export const METADATA_CASES: readonly ContractCase[] = ROWS.map(([id, title, method, expect]) => ({
  id,
  surface: "metadata",
  title,
  authorization: [],
  request: { method, path: PATH, headers: ["Origin: https://page.example"] },
  expect,
}));
