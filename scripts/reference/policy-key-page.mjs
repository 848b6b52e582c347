import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "../entries.mjs";
import { optionDocblocks } from "../option-descriptions.mjs";
import { GENERATED, page, table } from "./markdown.mjs";

const SOURCE = "src/policy/definition.ts";

/** The types of a policy in the order in which a reader meets them, each with the place of its keys. */
const PLACES = {
  PolicyDefinition: ["A policy", "The whole object."],
  ScopeOptions: ["A scope", "A value of `scopes`. A text is short for `{ description }`."],
  OperationOptions: [
    "A tool or an endpoint",
    "A value of `tools` or `endpoints`, in addition to the keys of a requirement. A text is short for `{ scope }`.",
  ],
  RequirementOptions: [
    "A requirement",
    "A tool, an endpoint, an item of `anyOf` and `allOf`, a case, or `otherwise`.",
  ],
  CommonOptions: [
    "A tool, an endpoint or a branch",
    "Keys that an operation, a case and `otherwise` have.",
  ],
  CaseOptions: ["A case", "An item of `cases`."],
  BranchOptions: ["`otherwise`", "What a call requires that meets no case."],
  BoundaryOptions: ["A boundary", "A value of `boundaries`."],
  BundleDefinition: [
    "A bundle",
    "A value of `bundles`. A list is short for `{ scopes }`, where the type has that key.",
  ],
  AuditOptions: ["`audit` of an operation", "What audit events contain of the arguments."],
  AcceptedFinding: ["An accepted finding", "An item of `lint`."],
  PolicyTexts: ["Translated texts of a policy", "A value of `locales`."],
  ScopeTexts: ["Translated texts of a scope", "A value of `locales` of a scope."],
};

/** Returns the type of each key as it is written in the source, and whether it is required. */
function writtenTypes() {
  const text = readFileSync(join(root, SOURCE), "utf8");
  const file = ts.createSourceFile(SOURCE, text, ts.ScriptTarget.Latest, true);
  /** @type {Map<string, Map<string, { type: string, isRequired: boolean }>>} */
  const types = new Map();
  for (const statement of file.statements) {
    if (!ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement)) continue;
    /** @type {Map<string, { type: string, isRequired: boolean }>} */
    const keys = new Map();
    /** @param {ts.Node} node */
    const visit = (node) => {
      if (ts.isPropertySignature(node))
        keys.set(node.name.getText(), {
          type: (node.type?.getText() ?? "").replaceAll("readonly ", ""),
          isRequired: node.questionToken === undefined,
        });
      else ts.forEachChild(node, visit);
    };
    visit(statement);
    types.set(statement.name.text, keys);
  }
  return types;
}

/** Returns the page of all keys of a policy. @returns {Record<string, string>} */
export function policyKeyPage() {
  const types = writtenTypes();
  const described = optionDocblocks();
  const forgotten = Object.keys(described).filter((name) => !Object.hasOwn(PLACES, name));
  if (forgotten.length > 0) throw new Error(`${SOURCE}: no place for ${forgotten.join(", ")}`);
  const parts = Object.entries(PLACES).flatMap(([name, [title = "", about = ""]]) => {
    const keys = Object.entries(described[name] ?? {});
    if (keys.length === 0) return [];
    const rows = keys.map(([key, text]) => {
      const { type = "", isRequired = false } = types.get(name)?.get(key) ?? {};
      return [
        `\`${key}\``,
        `\`${type}\``,
        isRequired ? "yes" : "",
        text.replaceAll(/\{@link (\w+)\}/g, "`$1`"),
      ];
    });
    return [`## ${title}`, about, table(["key", "type", "required", "meaning"], rows)];
  });
  return {
    "docs/reference/policy-keys.md": page(
      {
        title: "Keys of a policy",
        description: "Every key of a policy, a scope, a tool, an endpoint and what is in them",
      },
      [
        GENERATED,
        "All keys of `definePolicy` and of a policy file in JSON, with the types as TypeScript writes them. An unknown key is an error, and so is a key whose value is `undefined`.",
        ...parts,
        "## Next step\n\n* To write a first policy, follow [Your first policy](../tutorials/first-policy.md).\n* To get completion of these keys in a JSON file, read [Policy files](../policy-files.md).",
      ],
    ),
  };
}
