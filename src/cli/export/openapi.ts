import type { CompiledPolicy } from "../../policy/compiled-policy.js";
import { createCallerSecurity } from "../openapi/caller-security.js";
import { EXTENSION } from "../openapi/extension-name.js";
import { SCHEMES, securityOf } from "../openapi/security-of.js";
import { jsonText, yamlText } from "./document-text.js";
import type { Exporter } from "./exporter.js";
import { openApiNotes } from "./openapi-notes.js";
import { pathsOf, type ShownEndpoint, shownEndpoints } from "./openapi-operations.js";
import { type Flow, readFlow, URL_OPTIONS } from "./openapi-urls.js";

/**
 * The exporter `openapi`: a document of OpenAPI 3.1 whose `security` is never wider than the policy. The document of the whole policy
 * has the rest in `x-scope-policy`; the document of a caller has no extensions.
 */
export const openApiExporter: Exporter = {
  name: "openapi",
  knowsCaller: true,
  options: URL_OPTIONS,
  run: async ({ compiled }, { caller, asYaml, given }) => {
    const isForCaller = caller !== undefined;
    const flow = readFlow(given);
    const shown = shownEndpoints(
      compiled,
      isForCaller ? createCallerSecurity(compiled, caller.token) : securityOf,
    );
    const members = Object.entries(compiled.definition).filter(([name]) => name !== "endpoints");
    const schemes = schemesOf(compiled, shown, flow, isForCaller);
    // a document without schemes has no addresses
    const placeholders = Object.keys(schemes).length === 0 ? [] : flow.missing;
    const document = {
      openapi: "3.1.0",
      info: { title: compiled.definition.name, version: compiled.definition.version },
      paths: pathsOf(shown, !isForCaller),
      components: { ...schemes, responses: RESPONSES },
      ...(!isForCaller && { [EXTENSION]: Object.fromEntries(members) }),
    };
    const text = asYaml === true ? await yamlText(document) : jsonText(document);
    const name = asYaml === true ? "openapi.yaml" : "openapi.json";
    return {
      files: [{ name, text }],
      cannotSay: openApiNotes({ compiled, shown, placeholders, isForCaller }),
    };
  },
};

const RESPONSES = {
  Unauthorized: { description: "The request has no valid access token." },
  Forbidden: { description: "The access token does not allow the request." },
} as const;

/** The schemes that no request meets. The name of the HTTP scheme is not registered, so that no reader takes it for another. */
const MARKS = {
  [SCHEMES.conditions]: {
    type: "http",
    scheme: SCHEMES.conditions,
    description:
      "Not a way to authenticate. The policy has conditions in addition to scopes, which `x-scope-policy` contains.",
  },
  [SCHEMES.denied]: {
    type: "http",
    scheme: SCHEMES.denied,
    description: "Not a way to authenticate. The policy denies the operation.",
  },
} as const;

/** Returns the security schemes: for a caller only with the scopes that the endpoints name, and none if they name no scheme. */
function schemesOf(
  { scopes }: CompiledPolicy,
  shown: readonly ShownEndpoint[],
  flow: Flow,
  isForCaller: boolean,
): object {
  const used = shown.flatMap(({ security }) => security.flatMap((one) => Object.entries(one)));
  const schemes = new Set(used.map(([name]) => name));
  const named = new Set(used.flatMap(([, list]) => list));
  if (isForCaller && schemes.size === 0) return {};
  const declared = scopes.filter(({ name }) => !isForCaller || named.has(name));
  const texts = declared.map(
    ({ name, options }) => [name, options.description ?? options.title ?? ""] as const,
  );
  const flows = { [flow.name]: { ...flow.urls, scopes: Object.fromEntries(texts) } };
  const marks = Object.entries(MARKS).filter(([name]) => schemes.has(name));
  return {
    securitySchemes: {
      [SCHEMES.scopes]: { type: "oauth2", flows },
      ...Object.fromEntries(marks),
    },
  };
}
