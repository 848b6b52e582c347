import type { Policy } from "../../decision/define-policy.js";
import { printedScope } from "../../grammar/scope-syntax.js";
import { isOpen } from "../../policy/approval.js";
import { bundlesOf } from "../../policy/bundles.js";
import type { CompiledPolicy, CompiledScope } from "../../policy/compiled-policy.js";
import { accountTypesText, entitlementsText, tierText } from "../describe-rule.js";
import { labelOf, type MatrixRow, matrixOf } from "../matrix/matrix-model.js";
import { cellCode, code, codeList, ruleCell, table, text } from "../terminal/markdown.js";

/**
 * Returns a scope reference in Markdown for client developers: the meaning of each scope, the scopes that each tool and
 * endpoint requires, bundles, defaults and warnings, and what no scope covers.
 *
 * Reserved scopes have their own section, which states that clients cannot request them, and so have restricted scopes. Hidden
 * operations are omitted.
 */
export function renderDocs(policy: Policy): string {
  const matrix = matrixOf(policy);
  const { policy: compiled } = matrix;
  const tools = matrix.tools.rows.filter((row) => !row.hidden);
  const endpoints = matrix.endpoints.rows.filter((row) => !row.hidden);
  const blocks = [
    `# ${text(policy.name)} scopes`,
    `Version ${text(policy.version)}. Scopes define what an application can do. Request only the scopes that you need.`,
    ...scopeBlocks(compiled),
    ...restrictedBlocks(compiled),
    ...reservedBlocks(compiled),
    ...tierBlocks(compiled),
    ...boundaryBlocks(compiled),
    ...toolBlocks(tools, compiled),
    ...endpointBlocks(endpoints, compiled),
    ...deniedBlocks([...tools, ...endpoints]),
    ...bundleBlocks(compiled),
    ...defaultBlocks(compiled),
    ...requestBlocks(compiled),
    ...notCoveredBlocks(compiled),
  ];
  return `${blocks.join("\n\n")}\n`;
}

interface Column {
  readonly head: string;
  readonly cell: (scope: CompiledScope) => string;
}

/** Returns the columns of a table of scopes: the first two always, each other one only if it has a value for some scope. */
function scopeColumns(
  scopes: readonly CompiledScope[],
  { tiers }: CompiledPolicy,
): readonly Column[] {
  const optional: readonly Column[] = [
    // a scope without `default` is pre-checked, so if one scope names a default, every row has a value
    {
      head: "Default",
      cell: ({ options }) =>
        scopes.some((one) => one.options.default !== undefined)
          ? options.default === "off"
            ? "Off"
            : "On"
          : "",
    },
    {
      head: "Tier",
      cell: ({ tier }) => (tiers[tier] === undefined ? "" : text(tierText(tiers[tier], tiers))),
    },
    {
      head: "Accounts",
      cell: ({ accountTypes }) => (accountTypes ? text(accountTypesText(accountTypes)) : ""),
    },
    {
      head: "Entitlement",
      cell: ({ entitlements }) =>
        entitlements.length === 0 ? "" : text(entitlementsText(entitlements)),
    },
    { head: "Notes", cell: scopeNotes },
  ];
  return [
    { head: "Scope", cell: ({ name }) => cellCode(name) },
    { head: "Description", cell: ({ options }) => text(options.description ?? "") },
    ...optional.filter(({ cell }) => scopes.some((scope) => cell(scope) !== "")),
  ];
}

function scopeNotes({ options }: CompiledScope): string {
  const cells = (names: readonly string[]) =>
    names.map((name) => cellCode(printedScope(name))).join(", ");
  return [
    ...(options.required === true ? ["required"] : []),
    ...(options.implies === undefined ? [] : [`includes ${cells(options.implies)}`]),
    ...(options.replaces === undefined ? [] : [`replaces ${cells(options.replaces)}`]),
    ...(options.match === undefined ? [] : [`matching rule \`${options.match}\``]),
    ...(options.warning === undefined ? [] : [`warning: ${text(options.warning)}`]),
  ].join("; ");
}

function scopeBlocks(policy: CompiledPolicy): readonly string[] {
  const open = policy.scopes.filter(isOpen);
  if (open.length === 0) return [];
  const columns = scopeColumns(open, policy);
  const groups = new Map<string, CompiledScope[]>();
  for (const scope of open) {
    const group = scope.options.group ?? "";
    groups.set(group, [...(groups.get(group) ?? []), scope]);
  }
  const blocks = [...groups].flatMap(([group, scopes]) => {
    const heading =
      group === "" ? (groups.size > 1 ? ["### Other scopes"] : []) : [`### ${text(group)}`];
    const rows = scopes.map((scope) => columns.map(({ cell }) => cell(scope)));
    return [
      ...heading,
      table(
        columns.map(({ head }) => head),
        rows,
      ),
    ];
  });
  return ["## Scopes", ...blocks];
}

function restrictedBlocks(policy: CompiledPolicy): readonly string[] {
  const restricted = policy.scopes.filter((scope) => scope.restricted && !scope.reserved);
  const note = `${text(policy.definition.name)} grants these only to applications that it approved for them, and discovery does not list them.`;
  return separateBlocks("## Restricted scopes", note, restricted, policy);
}

function reservedBlocks(policy: CompiledPolicy): readonly string[] {
  const reserved = policy.scopes.filter((scope) => scope.reserved);
  const note = `These are reserved for ${text(policy.definition.name)} itself. They cannot be granted to other applications, and discovery does not list them.`;
  return separateBlocks("## Reserved scopes", note, reserved, policy);
}

/** Returns the section of scopes that an application cannot simply request; nothing without such scopes. */
function separateBlocks(
  heading: string,
  note: string,
  scopes: readonly CompiledScope[],
  policy: CompiledPolicy,
): readonly string[] {
  if (scopes.length === 0) return [];
  const columns = scopeColumns(scopes, policy);
  const rows = scopes.map((scope) => columns.map(({ cell }) => cell(scope)));
  const heads = columns.map(({ head }) => head);
  return [heading, note, table(heads, rows)];
}

function tierBlocks({ definition }: CompiledPolicy): readonly string[] {
  const { tiers = [], accountTypes = [], entitlements = [] } = definition;
  const lines = [
    ...(tiers.length === 0
      ? []
      : [
          `Tiers, lowest first: ${tiers.map(text).join(", ")}. An operation that requires a tier is available on every higher tier too.`,
        ]),
    ...(accountTypes.length === 0 ? [] : [`Account types: ${accountTypes.map(text).join(", ")}.`]),
    ...(entitlements.length === 0
      ? []
      : [`Entitlements, which are independent of tiers: ${entitlements.map(text).join(", ")}.`]),
  ];
  const heading =
    entitlements.length === 0
      ? "## Tiers and account types"
      : "## Tiers, account types and entitlements";
  return lines.length === 0 ? [] : [heading, ...lines];
}

function boundaryBlocks({ boundaries }: CompiledPolicy): readonly string[] {
  if (boundaries.length === 0) return [];
  const rows = boundaries.map(({ name, claim, title, isOpen }) => [
    cellCode(name),
    text(title),
    cellCode(claim),
    isOpen ? "every value" : "no value",
  ]);
  return [
    "## Boundaries",
    "The user chooses the values to which a token is limited. Calls with another value are denied.",
    table(["Boundary", "Title", "Claim of the token", "Without the claim"], rows),
  ];
}

/** Returns the requirement of a row as a cell. */
function requirementCell(row: MatrixRow): string {
  if (row.access === "public") return "None (public)";
  if (row.access === "authenticated") return "None (any valid access token)";
  return ruleCell(row.needs);
}

function notesCell(row: MatrixRow, policy: CompiledPolicy): string {
  return [...row.gates.map(text), ...row.renamings.map(text), ...detailNotes(row, policy)].join(
    "; ",
  );
}

/** Returns which scopes add detail to the result. For a public operation, those that imply such a scope are listed too. */
function detailNotes({ cells, access }: MatrixRow, policy: CompiledPolicy): readonly string[] {
  const detail = [...cells].filter(([, { mark }]) => mark === "more" || access === "public");
  return detail.map(([id]) => `${cellCode(policy.scopes[id]?.name ?? "")} adds detail`);
}

function toolBlocks(rows: readonly MatrixRow[], policy: CompiledPolicy): readonly string[] {
  const allowed = rows.filter((row) => row.access !== "denied");
  if (allowed.length === 0) return [];
  // tools with the same rule share the row of the first one
  const shared = new Map<string, { readonly names: string[]; readonly cells: readonly string[] }>();
  for (const row of allowed) {
    const cells = [requirementCell(row), notesCell(row, policy)];
    const key = cells.join("\n");
    const group = shared.get(key) ?? { names: [], cells };
    group.names.push(cellCode(labelOf(row)));
    shared.set(key, group);
  }
  const groups = [...shared.values()];
  const also = groups.some(({ cells }) => cells[1] !== "");
  const { baseline = [] } = policy.definition;
  return [
    "## Tools and the scopes they require",
    ...(baseline.length === 0
      ? []
      : [`Every tool that is not public also requires ${codeList(baseline.map(printedScope))}.`]),
    table(
      ["Tool", "Required scope", ...(also ? ["Notes"] : [])],
      groups.map(({ names, cells }) => [names.join(", "), ...(also ? cells : cells.slice(0, 1))]),
    ),
    ...(allowed.some((row) => row.kind === "pattern")
      ? ["In a tool name, `*` matches any characters and `?` matches exactly one."]
      : []),
  ];
}

function endpointBlocks(rows: readonly MatrixRow[], policy: CompiledPolicy): readonly string[] {
  const allowed = rows.filter((row) => row.access !== "denied");
  if (allowed.length === 0) return [];
  const notes = new Map(allowed.map((row) => [row, notesCell(row, policy)]));
  const also = [...notes.values()].some((note) => note !== "");
  return [
    "## Endpoints and the scopes they require",
    table(
      ["Method", "Endpoint", "Required scope", ...(also ? ["Notes"] : [])],
      allowed.map((row) => {
        const [method = "", path = ""] = row.name.split(" ");
        const extra = also ? [notes.get(row) as string] : [];
        return [method, cellCode(labelOf({ ...row, name: path })), requirementCell(row), ...extra];
      }),
    ),
    ...(allowed.some((row) => row.name.endsWith("*}"))
      ? ["At the end of a path, a name with `*` in braces matches one or more segments."]
      : []),
  ];
}

function deniedBlocks(rows: readonly MatrixRow[]): readonly string[] {
  const denied = rows.filter((row) => row.access === "denied");
  if (denied.length === 0) return [];
  return [
    "## Never allowed",
    "These are denied, whatever scopes are granted.",
    table(
      ["Tool or endpoint", "Reason"],
      denied.map((row) => [cellCode(labelOf(row)), text(row.reason ?? "")]),
    ),
  ];
}

function bundleBlocks(policy: CompiledPolicy): readonly string[] {
  const bundles = [...bundlesOf(policy)];
  if (bundles.length === 0) return [];
  const lines = bundles.map(([name, { members, except }]) => {
    if (except === undefined)
      return `- **${text(name)}**: ${codeList(members.map((scope) => scope.name))}`;
    const but = except.length === 0 ? "" : ` except ${codeList(except)}`;
    return `- **${text(name)}**: every scope${but}`;
  });
  return ["## Bundles", "Scopes that are often requested together.", lines.join("\n")];
}

function defaultBlocks(policy: CompiledPolicy): readonly string[] {
  const open = policy.scopes.filter(isOpen);
  const required = open.filter(({ options }) => options.required === true).map(({ name }) => name);
  const special = open.filter(
    ({ options }) => options.default === "off" || options.warning !== undefined,
  );
  if (required.length === 0 && special.length === 0) return [];
  const lines = special.map(({ name, options }) => {
    const warning = options.warning === undefined ? "" : `: ${text(options.warning)}`;
    return `- ${code(name)}${options.default === "off" ? "" : " (pre-checked)"}${warning}`;
  });
  return [
    "## Defaults and warnings",
    `Scopes are pre-checked on the consent screen; the user can uncheck any that is not required.${required.length === 0 ? "" : ` Required: ${codeList(required)}.`}`,
    ...(lines.length === 0
      ? []
      : ["The user has to check these, or they carry a warning:", lines.join("\n")]),
  ];
}

const EXAMPLE_SCOPES = 3;

function requestBlocks(policy: CompiledPolicy): readonly string[] {
  const open = policy.scopes.filter(isOpen);
  const plain = open.filter(({ template }) => template.names.length === 0).slice(0, EXAMPLE_SCOPES);
  if (open.length === 0) return [];
  const example = plain.map(({ name }) => inQuery(name)).join("+");
  const { defaultScopes = [] } = policy.definition;
  const bound = open.find(({ template }) => template.names.length > 0);
  return [
    "## Requesting scopes",
    "Pass scopes as a space-separated list in the `scope` parameter of the authorization request.",
    ...(example === "" ? [] : [`\`\`\`text\nscope=${example}\n\`\`\``]),
    ...(bound === undefined
      ? []
      : [
          `A name in braces, as in ${code(bound.name)}, is a placeholder: replace it with a value before you request the scope. The token is then valid for this value only.`,
        ]),
    ...(defaultScopes.length === 0
      ? []
      : [
          `If a request names no scope, only ${codeList(defaultScopes.map(printedScope))} is granted.`,
        ]),
    "Users are more likely to approve an application that requests less.",
  ];
}

/** Returns a scope encoded for a query. Colons and slashes stay readable, since they are not delimiters in a query. */
function inQuery(name: string): string {
  return encodeURIComponent(name).replaceAll("%3A", ":").replaceAll("%2F", "/");
}

function notCoveredBlocks({ definition }: CompiledPolicy): readonly string[] {
  const lines = (definition.notCovered ?? []).map((line) => `- ${text(line)}`);
  if (lines.length === 0) return [];
  return ["## What scopes do not cover", "No scope permits these:", lines.join("\n")];
}
