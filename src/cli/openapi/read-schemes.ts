import { readOwn } from "../../decision/access-token.js";
import { isObject } from "../../grammar/is-object.js";
import type { ReportNote } from "../source/source.js";
import type { JsonObject, OpenApiDocument } from "./document.js";
import { resolved } from "./resolved.js";

/** A security scheme of a document. */
export interface SecurityScheme {
  /**
   * What its entry in `security` means. `scopes`: scopes of a token. `bearer`: a token without declared scopes. `unsupported`:
   * credentials that a policy does not decide about.
   */
  readonly kind: "scopes" | "bearer" | "unsupported";
  /** What it is, for messages: `an API key`. */
  readonly what: string;
  /** The declared scopes with their descriptions. */
  readonly scopes: readonly (readonly [name: string, description: unknown])[];
}

/** The security schemes of a document. */
export interface SchemeTable {
  /** The declared schemes by name. */
  readonly declared: ReadonlyMap<string, SecurityScheme>;
  /** Returns the scheme of a name, or of a URI in OpenAPI 3.2; `undefined` if there is none. */
  find(name: string): SecurityScheme | undefined;
}

/** Reads the security schemes of a document. Each `note` is a remark on a scheme or a flow that this reader does not know. */
export function readSchemes(
  { root, version }: OpenApiDocument,
  note: (note: ReportNote) => void,
): SchemeTable {
  const holder =
    version === "2.0"
      ? readOwn(root, "securityDefinitions")
      : readOwn(readOwn(root, "components"), "securitySchemes");
  const declared = new Map<string, SecurityScheme>();
  for (const [name, written] of isObject(holder) ? Object.entries(holder) : []) {
    const scheme = readScheme(name, resolved(root, written), note);
    declared.set(name, scheme);
  }
  const byUri = new Map<string, SecurityScheme | undefined>();
  const findUri = (uri: string) => {
    if (!byUri.has(uri)) {
      const target = resolved(root, { $ref: uri });
      // an empty URI is the document itself
      byUri.set(
        uri,
        isObject(target) && target !== root ? readScheme(uri, target, note) : undefined,
      );
    }
    return byUri.get(uri);
  };
  // a name of a component takes precedence over the same text as a URI
  return {
    declared,
    find: (name) => declared.get(name) ?? (version === "3.2" ? findUri(name) : undefined),
  };
}

const FLOWS: ReadonlySet<string> = new Set([
  "implicit",
  "password",
  "clientCredentials",
  "authorizationCode",
  "deviceAuthorization",
  // of 2.0
  "application",
  "accessCode",
]);

/** What each type of scheme is, apart from `oauth2` and `http`. */
const KINDS: ReadonlyMap<unknown, Pick<SecurityScheme, "kind" | "what">> = new Map([
  ["openIdConnect", { kind: "scopes", what: "OpenID Connect" }],
  ["apiKey", { kind: "unsupported", what: "an API key" }],
  ["basic", { kind: "unsupported", what: "HTTP Basic authentication" }],
  ["mutualTLS", { kind: "unsupported", what: "mutual TLS" }],
]);

function readScheme(
  subject: string,
  scheme: unknown,
  note: (note: ReportNote) => void,
): SecurityScheme {
  const type = readOwn(scheme, "type");
  if (type === "oauth2") return readOauth(subject, scheme, note);
  if (type === "http") return readHttp(scheme);
  const known = KINDS.get(type);
  if (known !== undefined) return { ...known, scopes: [] };
  const message = "the type of this security scheme is unknown: it is not supported";
  note({ subject, code: "unknown_scheme_type", message });
  return { kind: "unsupported", what: "of an unknown type", scopes: [] };
}

function readHttp(scheme: unknown): SecurityScheme {
  const name = String(readOwn(scheme, "scheme")).toLowerCase();
  return name === "bearer"
    ? { kind: "bearer", what: "a bearer token", scopes: [] }
    : { kind: "unsupported", what: `HTTP authentication \`${name}\``, scopes: [] };
}

function readOauth(
  subject: string,
  scheme: unknown,
  note: (note: ReportNote) => void,
): SecurityScheme {
  const flows = readOwn(scheme, "flows");
  const listed = isObject(flows)
    ? Object.entries(flows).filter(([name]) => !name.startsWith("x-"))
    : [[String(readOwn(scheme, "flow")), scheme] as const];
  const scopes = new Map<string, unknown>();
  for (const [flow, holder] of listed) {
    if (!FLOWS.has(flow)) {
      const message = `the flow \`${flow}\` is unknown: its scopes are read`;
      note({ subject, code: "unknown_flow", message });
    }
    const written = readOwn(holder, "scopes");
    for (const [name, description] of isObject(written) ? Object.entries(written) : []) {
      if (name.startsWith("x-") && typeof description !== "string") continue;
      if (!scopes.has(name)) scopes.set(name, description);
      else if (scopes.get(name) !== description) noteDescriptions(name, note);
    }
  }
  return { kind: "scopes", what: "OAuth 2.0", scopes: [...scopes] };
}

/** Notes that a scope has several descriptions. */
export function noteDescriptions(subject: string, note: (note: ReportNote) => void): void {
  const message = "the scope has several descriptions: the first one is used";
  note({ subject, code: "scope_descriptions_differ", message });
}

/** Returns the list of alternatives that applies to an operation; `undefined` if neither it nor the document has one. */
export function effectiveSecurity(root: JsonObject, operation: JsonObject): unknown {
  return Object.hasOwn(operation, "security") ? operation["security"] : readOwn(root, "security");
}
