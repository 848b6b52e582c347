import { it, expect } from "vitest"; import { loadOpenApi } from "../src/cli/openapi/load-document.js"; import { runIn, folderOf } from "./cli/run.js";
const head='openapi: "3.0.0"\ninfo: { title: t, version: "1" }\n';
const rows: Record<string, Record<string,string>> = {
 plain: {"a.yaml": head+'paths:\n  /a:\n    get:\n      $ref: "b/op.yml"\n', "b/op.yml":"responses: { '200': { description: d } }\nsecurity: []\n"},
 nested: {"a.yaml": head+'paths:\n  /a:\n    get:\n      $ref: "b/op.yml"\n', "b/op.yml":"responses: { '200': { $ref: '../shared/r.yml' } }\n", "shared/r.yml":"description: d\n"},
 nested3: {"a.yaml": head+'paths:\n  /a:\n    get:\n      $ref: "b/op.yml"\n', "b/op.yml":"responses: { '200': { $ref: '../shared/r.yml' } }\n", "shared/r.yml":"description: d\nheaders:\n  x:\n    $ref: '../h.yml#/x'\n", "h.yml":"x:\n  schema:\n    type: integer\n"},
 params: {"a.yaml": head+'paths:\n  /a/{b}:\n    get:\n      $ref: "b/op.yml"\n', "b/op.yml":"parameters:\n  - $ref: 'p.yml#/b'\nresponses: { '200': { description: d } }\n", "b/p.yml":"b:\n  in: path\n  name: b\n  required: true\n  schema:\n    type: string\n"},
 model: {"a.yaml": head+'paths:\n  /a:\n    get:\n      $ref: "b/op.yml"\n', "b/op.yml":"responses: { '200': { description: d, content: { application/json: { schema: { $ref: '../m/e.yml' } } } } }\n", "m/e.yml":"type: object\n"},
 angle: {"a.yaml": head+'paths:\n  "/<u>":\n    get:\n      $ref: "b/op.yml"\n', "b/op.yml":"responses: { '200': { $ref: '../m/e.yml' } }\n", "m/e.yml":"description: d\n"},
};
it.each(Object.keys(rows))("%s", async (k)=>{ const r=await loadOpenApi("a.yaml", folderOf(rows[k]!)); console.log(k, r.ok? "ok "+JSON.stringify(r.document.root):JSON.stringify(r.findings)); });
