import { isObject } from "../../grammar/is-object.js";
import type { OpenApiDocument } from "./document.js";
import { failed, type Outcome } from "./limits.js";

const EXPECTED = "expected 2.0, 3.0, 3.1 or 3.2";

/** The members by which other kinds of documents are known. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ["asyncapi", "an AsyncAPI document"],
  ["arazzo", "an Arazzo document"],
  ["overlay", "an OpenAPI Overlay"],
  ["openrpc", "an OpenRPC document"],
  ["raml", "a RAML document"],
  ["swaggerVersion", "a Swagger 1 document"],
  ["scopes", "a policy"],
]);

/** Returns the version of OpenAPI in which a document is written, or why it is not an OpenAPI document that we read. */
export function detectVersion(root: unknown): Outcome<OpenApiDocument["version"]> {
  if (!isObject(root)) return failed("not_openapi", "not an OpenAPI document: expected an object");
  const keys = ["swagger", "openapi"].filter((key) => Object.hasOwn(root, key));
  const [key] = keys;
  if (keys.length > 1) {
    return failed("openapi_version", "the document has both `swagger` and `openapi`: remove one");
  }
  if (key === undefined) {
    const other = [...OTHERS].find(([member]) => Object.hasOwn(root, member))?.[1];
    const missing = "it has neither `openapi` nor `swagger`";
    return failed(
      "not_openapi",
      `not an OpenAPI document: ${other ? `this is ${other}` : missing}`,
    );
  }
  const written = root[key];
  if (typeof written !== "string") {
    return failed("openapi_version", `\`${key}\` is not a text: put the version in quotes`);
  }
  const version = key === "swagger" ? swagger(written) : openapi(written);
  if (version !== undefined) return { ok: true, value: version };
  return failed("openapi_version", `unsupported version \`${key}: ${written}\`: ${EXPECTED}`);
}

function swagger(written: string): OpenApiDocument["version"] | undefined {
  return written === "2.0" ? "2.0" : undefined;
}

function openapi(written: string): OpenApiDocument["version"] | undefined {
  const [, version] = /^(3\.[012])\.\d+(?:-.*)?$/.exec(written) ?? [];
  return version as OpenApiDocument["version"] | undefined;
}
