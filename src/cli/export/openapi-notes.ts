import { branchesOf, type CompiledPolicy } from "../../policy/compiled-policy.js";
import { SCHEMES } from "../openapi/security-of.js";
import { nameList } from "../openapi/texts.js";
import type { ShownEndpoint } from "./openapi-operations.js";

/** A document of which the notes are made. */
export interface NotedDocument {
  readonly compiled: CompiledPolicy;
  readonly shown: readonly ShownEndpoint[];
  /** The flags of the addresses for which the document has placeholders. */
  readonly placeholders: readonly string[];
  /** Whether the document is for one caller: it then has no extensions. */
  readonly isForCaller: boolean;
}

/** A note about some endpoints or scopes. */
interface NoteRow {
  /** The documents with the note: that of the whole policy, that of a caller, or both. */
  readonly in: "whole" | "caller" | "both";
  readonly namesOf: (document: NotedDocument) => readonly string[];
  readonly text: (names: string) => string;
}

const endpointsWith =
  (matches: (one: ShownEndpoint) => boolean) =>
  ({ shown }: NotedDocument): readonly string[] =>
    shown.filter(matches).map(({ key }) => key);

const names = (scheme: string) => (one: ShownEndpoint) =>
  one.security.some((requirement) => Object.hasOwn(requirement, scheme));

const alternativesOf = ({ operation }: ShownEndpoint) =>
  branchesOf(operation).flatMap(({ rules }) => rules.flatMap(({ alternatives }) => alternatives));

const hasPlaceholderScope = (one: ShownEndpoint) => {
  const named = new Set(one.security.flatMap((requirement) => requirement[SCHEMES.scopes] ?? []));
  const uses = alternativesOf(one).flatMap(({ uses }) => uses);
  return uses.some(({ scope }) => scope.template.names.length > 0 && named.has(scope.name));
};

const ROWS: readonly NoteRow[] = [
  {
    in: "whole",
    namesOf: ({ compiled }) => Object.keys(compiled.definition.tools ?? {}),
    text: (list) =>
      `tools: OpenAPI has endpoints only, so \`x-scope-policy\` at the top of the document contains ${list}`,
  },
  {
    in: "whole",
    namesOf: endpointsWith(names(SCHEMES.conditions)),
    text: (list) =>
      `conditions: \`security\` can name scopes only, so an alternative with a tier, an account type, an entitlement, a boundary, an authentication of the user or a reserved scope also requires the scheme \`conditions\`, which no request meets: ${list}`,
  },
  {
    in: "whole",
    namesOf: endpointsWith(names(SCHEMES.denied)),
    text: (list) =>
      `denials: \`security\` requires the scheme \`denied\`, which no request meets: ${list}`,
  },
  {
    in: "both",
    namesOf: endpointsWith(({ operation }) => operation.cases.length > 0),
    text: (list) =>
      `cases: \`security\` does not depend on arguments, so it is what the cases require together: ${list}`,
  },
  {
    in: "both",
    namesOf: endpointsWith(hasPlaceholderScope),
    text: (list) =>
      `placeholders: OpenAPI compares scopes as texts, so the scope of a token for one value differs from the one in \`security\`: ${list}`,
  },
  {
    in: "caller",
    namesOf: endpointsWith((one) => alternativesOf(one).some(({ within }) => within.length > 0)),
    text: (list) =>
      `boundaries: \`security\` does not depend on parameters, so these also deny values outside of the boundaries in the token: ${list}`,
  },
  {
    in: "both",
    namesOf: endpointsWith(({ params }) => params.some((name) => name.endsWith("*"))),
    text: (list) =>
      `catch-alls: OpenAPI has no parameter with several segments, so other readers take \`{path*}\` for one: ${list}`,
  },
  {
    in: "both",
    namesOf: endpointsWith(({ path, template }) => path.template !== template),
    text: (list) =>
      `path parameters: two paths of one shape have one template in OpenAPI, so these have the parameter names of another endpoint: ${list}`,
  },
  {
    in: "whole",
    namesOf: (document) => [
      ...document.compiled.scopes.flatMap((one) =>
        one.reserved || one.restricted ? one.name : [],
      ),
      ...endpointsWith(({ operation }) => operation.hidden || operation.internal)(document),
    ],
    text: (list) =>
      `not for publication: the document contains reserved or restricted scopes, or hidden or internal endpoints; \`--for\` leaves them out: ${list}`,
  },
];

/** Returns what a document cannot express, one line for each kind. */
export function openApiNotes(document: NotedDocument): readonly string[] {
  const { placeholders, isForCaller } = document;
  const kind = isForCaller ? "caller" : "whole";
  const rows = ROWS.filter((row) => row.in === kind || row.in === "both");
  const lines = rows.flatMap(({ namesOf, text }) => {
    const found = namesOf(document);
    return found.length === 0 ? [] : [text(nameList(found))];
  });
  if (placeholders.length === 0) return lines;
  const flags = placeholders.join(" and ");
  return [
    ...lines,
    `addresses: OpenAPI requires those of the authorization server, so the document has placeholders that end in \`.invalid\`; give ${flags}`,
  ];
}
