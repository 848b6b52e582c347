import { branchesOf, type Operation } from "../../policy/compiled-policy.js";
import { prose } from "../terminal/visible.js";
import { type CedarContext, paramOfBoundary } from "./cedar-condition.js";
import { argumentTypes, whyUnsayable } from "./cedar-limits.js";
import { quote } from "./cedar-text.js";

/** An attribute of a record in the schema. */
interface Attribute {
  readonly name: string;
  readonly type: string;
  /** Default: optional. */
  readonly isRequired?: boolean;
  /** A comment above the attribute. */
  readonly about?: string;
}

/** Returns the schema of Cedar for a policy: one action for each tool and endpoint, with the context that its policies read. */
export function cedarSchema(context: CedarContext): string {
  const actions = [...context.compiled.operations.values()].map((operation) =>
    actionText(operation, context),
  );
  return [
    '// The caller. A request without a token has a principal too, such as User::"anonymous".',
    "entity User;",
    "",
    "// The API as a whole. Scopes say what a client may do, not to which objects.",
    "entity Api;",
    "",
    "// Claims of the verified access token.",
    `type Token = ${recordText(tokenAttributes(context), "")};`,
    "",
    ...actions,
  ].join("\n");
}

/** Returns the attributes of the token that the policies read. */
function tokenAttributes({ compiled, form }: CedarContext): readonly Attribute[] {
  const { tiers, definition, boundaries, scopes } = compiled;
  const ranks = tiers.map((tier, rank) => `${rank} for ${prose(tier)}`).join(", ");
  const limited = boundaries.map(({ name }) => ({ name, type: "Set<String>" }));
  const needed = (isNeeded: boolean, attribute: Attribute) => (isNeeded ? [attribute] : []);
  return [
    { name: "scope", type: form.type, isRequired: true, about: form.about },
    ...needed(
      scopes.some(({ reserved }) => reserved),
      {
        name: "first_party",
        type: "Bool",
        about: "whether the client belongs to the owner of the API",
      },
    ),
    ...needed(tiers.length > 0, {
      name: "tier",
      type: "Long",
      about: `the rank of the tier: ${ranks}; absent for any other tier`,
    }),
    ...needed(definition.accountTypes !== undefined, { name: "account_type", type: "Set<String>" }),
    ...needed(definition.entitlements !== undefined, { name: "entitlements", type: "Set<String>" }),
    { name: "acr", type: "String" },
    { name: "auth_time", type: "Long", about: "seconds since 1970" },
    ...needed(boundaries.length > 0, {
      name: "boundaries",
      type: recordText(limited, "  "),
      about:
        "the values that the token is limited to, by the name of the boundary; absent without the claim",
    }),
  ];
}

function actionText(operation: Operation, context: CedarContext): string {
  return [
    `action ${quote(operation.name)} appliesTo {`,
    "  principal: User,",
    "  resource: Api,",
    `  context: ${recordText(contextAttributes(operation, context), "  ")},`,
    "};",
    "",
  ].join("\n");
}

/** Returns the attributes of the context of an action: those that its policies read. */
function contextAttributes(
  operation: Operation,
  { form, grantOf }: CedarContext,
): readonly Attribute[] {
  const token = { name: "token", type: "Token" };
  if (whyUnsayable(operation, form) !== undefined) return [token];
  const rules = branchesOf(operation).flatMap((branch) => branch.rules);
  const alternatives = rules.flatMap((rule) => rule.alternatives.map((one) => ({ rule, ...one })));
  const limited = alternatives.flatMap(({ rule, within }) =>
    within.map((use) => paramOfBoundary(use, rule)),
  );
  const bound = alternatives.flatMap(({ rule, uses }) =>
    uses.flatMap((use) => grantOf(use, rule).bound),
  );
  const compared = [...argumentTypes(operation)].map(([name, type]) => ({
    name,
    type: String(type),
  }));
  return [
    token,
    ...(rules.some(({ authentication }) => authentication?.maxAge !== undefined)
      ? [{ name: "now", type: "Long" }]
      : []),
    ...recordOf("params", [...new Set(limited)].map(asText)),
    ...recordOf("bound", [...new Set(bound)].map(asText)),
    ...recordOf("arguments", compared),
  ];
}

const asText = (name: string): Attribute => ({ name, type: "String" });

function recordOf(name: string, attributes: readonly Attribute[]): readonly Attribute[] {
  return attributes.length === 0 ? [] : [{ name, type: recordText(attributes, "    ") }];
}

/** Returns a record type, one attribute in a line. */
function recordText(attributes: readonly Attribute[], indent: string): string {
  const lines = attributes.flatMap(({ name, type, isRequired, about }) => [
    ...(about === undefined ? [] : [`${indent}  // ${about}`]),
    `${indent}  ${quote(name)}${isRequired === true ? "" : "?"}: ${type},`,
  ]);
  return ["{", ...lines, `${indent}}`].join("\n");
}
