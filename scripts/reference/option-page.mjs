import { join } from "node:path";
import ts from "typescript";
import { entries, root } from "../entries.mjs";
import { GENERATED, page, table } from "./markdown.mjs";

/** @typedef {{ functions: string[], rows: (readonly string[])[] }} Options */

/** Returns the options of every public function, by entry. */
function readEntries() {
  const { config } = ts.readConfigFile(join(root, "tsconfig.build.json"), (path) =>
    ts.sys.readFile(path),
  );
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    entries.map(({ source }) => join(root, source)),
    options,
  );
  const checker = program.getTypeChecker();
  /** @type {Set<string>} */
  const seen = new Set();
  return entries.map(({ specifier, source }) => {
    const file = program.getSourceFile(join(root, source));
    const module = file && checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${source}: not a module`);
    /** @type {Map<string, Options>} */
    const tables = new Map();
    for (const symbol of checker.getExportsOfModule(module)) {
      const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if (own.valueDeclaration === undefined || seen.has(symbol.name)) continue;
      const type = checker.getTypeOfSymbolAtLocation(own, own.valueDeclaration);
      addCall(checker, symbol.name, type, own.valueDeclaration, tables);
      seen.add(symbol.name);
    }
    return { specifier, tables };
  });
}

/**
 * Adds the options of a function, and of the functions of the object that it returns.
 *
 * @param {ts.TypeChecker} checker
 * @param {string} name
 * @param {ts.Type} type
 * @param {ts.Node} at
 * @param {Map<string, Options>} tables
 */
function addCall(checker, name, type, at, tables) {
  const [signature] = type.getCallSignatures();
  if (signature === undefined) return;
  for (const parameter of signature.parameters) addOptions(checker, name, parameter, at, tables);
  if (name.includes(".")) return;
  for (const member of signature.getReturnType().getProperties()) {
    const isOwn = member.declarations?.some((one) =>
      one.getSourceFile().fileName.includes("/src/"),
    );
    if (isOwn !== true) continue;
    addCall(
      checker,
      `${name}(…).${member.name}`,
      checker.getTypeOfSymbolAtLocation(member, at),
      at,
      tables,
    );
  }
}

/**
 * Adds the options that a parameter takes, if it is an object of options.
 *
 * @param {ts.TypeChecker} checker
 * @param {string} name of the function
 * @param {ts.Symbol} parameter
 * @param {ts.Node} at
 * @param {Map<string, Options>} tables
 */
function addOptions(checker, name, parameter, at, tables) {
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, at));
  const written = checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  if (!/Options\b/.test(written) || written.includes("=>") || written.length > 160) return;
  const members = type.isUnion()
    ? type.types.flatMap((one) => one.getProperties())
    : type.getProperties();
  const byName = new Map(members.map((member) => [member.name, member]));
  const rows = [...byName.values()].map((member) => rowOf(checker, member, at));
  if (rows.length === 0) return;
  const known = tables.get(written);
  if (known === undefined) tables.set(written, { functions: [name], rows });
  else known.functions.push(name);
}

/** @param {ts.TypeChecker} checker @param {ts.Symbol} member @param {ts.Node} at @returns {readonly string[]} */
function rowOf(checker, member, at) {
  const [declaration] = member.declarations ?? [];
  const isWritten =
    declaration !== undefined &&
    ts.isPropertySignature(declaration) &&
    declaration.type !== undefined;
  const type = isWritten
    ? (declaration.type?.getText() ?? "")
    : checker.typeToString(checker.getTypeOfSymbolAtLocation(member, at));
  const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
  const text = ts.displayPartsToString(member.getDocumentationComment(checker));
  const links = /\{@link (?:[\w./]+!)?(\w+)(?:\s*\|\s*([^}]+))?\}/g;
  const short = type
    .replace(/\/\*\*[\s\S]*?\*\//g, "")
    .replaceAll("readonly ", "")
    .replace(/\s+/g, " ");
  return [
    `\`${member.name}\``,
    `\`${short.length > 120 ? `${short.slice(0, 119)}…` : short}\``,
    isOptional ? "" : "yes",
    text.replaceAll(links, (_, /** @type {string} */ name) => `\`${name}\``),
  ];
}

/** Returns the page of the options of every public function. @returns {Record<string, string>} */
export function optionPage() {
  const parts = readEntries().flatMap(({ specifier, tables }) => {
    if (tables.size === 0) return [];
    const sections = [...tables].map(([written, { functions, rows }]) => {
      const names = functions.map((name) => `\`${name}\``).join(", ");
      return [
        `### ${names}`,
        `Type: \`${written}\`.`,
        table(["option", "type", "required", "meaning"], rows),
      ].join("\n\n");
    });
    return [`## ${specifier}`, ...sections];
  });
  return {
    "docs/reference/options.md": page(
      {
        title: "Options",
        description: "Every option of every public function, by entry of the package",
      },
      [
        GENERATED,
        "An option that is unknown, invalid or `undefined` is an error at startup: `ERR_OPTIONS_INVALID` with every finding at once. The options of a policy itself are its [keys](policy-keys.md).",
        ...parts,
        "## Next step\n\n* For the response to each finding about an option, read [Troubleshooting](../troubleshooting.md#findings-about-an-application-and-about-options).\n* For what a gate does with its options, begin with [Adapters](../adapters.md).",
      ],
    ),
  };
}
