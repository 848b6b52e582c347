// Makes the page of all codes. The codes come from the source; what they mean and what to do from the entries of
// docs/troubleshooting.md, so that a code without an entry fails here.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "../entries.mjs";
import { code, page, table } from "./markdown.mjs";

const CODE = /^[a-z]+(?:_[a-z]+)*$/;

/** @param {string} path a module of src */
function parse(path) {
  const text = readFileSync(join(root, "src", path), "utf8");
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/**
 * Calls a function for each node.
 *
 * @param {ts.Node} node
 * @param {(node: ts.Node) => void} visit
 */
function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** @param {ts.Node | undefined} node @returns {string[]} the string literals in a node, in order */
function literalsIn(node) {
  /** @type {string[]} */
  const found = [];
  if (node !== undefined)
    walk(node, (one) => {
      if (ts.isStringLiteral(one) && !found.includes(one.text)) found.push(one.text);
    });
  return found;
}

/**
 * Returns the literals of a declaration: the members of a union type or of a list, or those of the property `member` of a type.
 *
 * @param {string} path
 * @param {string} name
 * @param {string} [member]
 */
function codesOf(path, name, member) {
  /** @type {string[]} */
  let found = [];
  walk(parse(path), (node) => {
    const isNamed =
      (ts.isTypeAliasDeclaration(node) ||
        ts.isInterfaceDeclaration(node) ||
        ts.isVariableDeclaration(node)) &&
      node.name.getText() === name;
    if (!isNamed) return;
    if (member === undefined)
      found = literalsIn(ts.isVariableDeclaration(node) ? node.initializer : node);
    else
      walk(node, (inner) => {
        if (ts.isPropertySignature(inner) && inner.name.getText() === member && inner.type)
          found = [...new Set([...found, ...literalsIn(inner.type)])];
      });
  });
  if (found.length === 0) throw new Error(`${path}: no codes in ${name}`);
  return found;
}

/** Functions whose first argument is the code of a finding. */
const ADDING = /(?:^|\.)(?:report\.add|add|addParams|refuse|finding|findingOf|invalid)$/;
/** Tables whose keys are codes of findings. */
const TABLES = /^(?:COVERAGE_)?MESSAGES$/;
/** The folders whose findings are those of routes and tools. */
const COVERAGE = /^(?:express|fastify|adapters|mcp\/server)(?:\/|\.ts$)/;
/** What else the code of a value in these folders can be; the command line has codes of its own. */
const OTHER =
  /^(?:cli|html|decision|consent\/messages|consent\/resolve|analysis|audit|verify|policy-source\/(?:review|source-result)|policy\/(?:json-schema|option-descriptions)|mcp\/http|adapters\/admit)/;

/** @param {ts.Node} node @returns {string[]} the codes of findings that a node makes */
function findingCodesAt(node) {
  if (ts.isCallExpression(node) && ADDING.test(node.expression.getText())) {
    const [first] = node.arguments;
    if (first === undefined) return [];
    if (ts.isTemplateExpression(first))
      return ["resource", "prompt"].map((kind) => `${first.head.text}${kind}`);
    if (ts.isStringLiteral(first)) return [first.text];
    return ts.isConditionalExpression(first)
      ? [...literalsIn(first.whenTrue), ...literalsIn(first.whenFalse)]
      : [];
  }
  if (ts.isPropertyAssignment(node) && node.name.getText() === "code")
    return ts.isStringLiteral(node.initializer) ? [node.initializer.text] : [];
  if (ts.isVariableDeclaration(node) && TABLES.test(node.name.getText())) {
    /** @type {string[]} */
    const keys = [];
    walk(node, (inner) => {
      if (ts.isPropertyAssignment(inner)) keys.push(inner.name.getText());
    });
    return keys;
  }
  if (ts.isVariableDeclaration(node) && node.name.getText() === "MORE_FINDINGS")
    return literalsIn(node.initializer);
  // `excessOf` returns a code and a message
  const isExcess = node.getSourceFile().fileName === "policy/requirement-size.ts";
  return isExcess &&
    ts.isReturnStatement(node) &&
    node.expression &&
    ts.isArrayLiteralExpression(node.expression)
    ? node.expression.elements
        .slice(0, 1)
        .flatMap((one) => (ts.isStringLiteral(one) ? [one.text] : []))
    : [];
}

/** @returns {{ policy: string[], options: string[], coverage: string[] }} the codes of findings by their kind, sorted */
function findingCodes() {
  /** @type {Record<"policy" | "options" | "coverage", Set<string>>} */
  const found = { policy: new Set(), options: new Set(), coverage: new Set() };
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  for (const path of files.map((one) => one.replaceAll("\\", "/")).sort()) {
    if (!path.endsWith(".ts") || OTHER.test(path)) continue;
    const isOfPolicy = path.startsWith("policy/") && path !== "policy/option-checks.ts";
    const kind = COVERAGE.test(path) ? "coverage" : isOfPolicy ? "policy" : "options";
    walk(parse(path), (node) => {
      for (const one of findingCodesAt(node)) if (CODE.test(one)) found[kind].add(one);
    });
  }
  const list = (/** @type {Set<string>} */ codes) => [...codes].sort();
  return {
    policy: list(found.policy),
    options: list(found.options),
    coverage: list(found.coverage),
  };
}

/** @returns {Map<string, string>} the status of each denial over HTTP */
function statuses() {
  /** @type {Map<string, string>} */
  const found = new Map();
  walk(parse("resource-server/challenge.ts"), (node) => {
    if (!ts.isVariableDeclaration(node) || node.name.getText() !== "ROWS") return;
    if (node.initializer === undefined || !ts.isObjectLiteralExpression(node.initializer)) return;
    for (const row of node.initializer.properties)
      found.set(row.name?.getText() ?? "", /\d{3}/.exec(row.getText())?.[0] ?? "");
  });
  return found;
}

/**
 * @typedef {object} Group
 * @property {string} title heading of the group on the page
 * @property {string} note
 * @property {string} [section] heading of the group in docs/troubleshooting.md, if it is another
 * @property {readonly string[]} codes
 * @property {(code: string) => string} [status]
 * @property {string} [link] page with the entries of the codes, with `{}` for the code
 */

/** @returns {readonly Group[]} every code of the package, by the place where it occurs */
export function codeGroups() {
  const { policy, options, coverage } = findingCodes();
  const status = statuses();
  const decisions = codesOf("decision/decision.ts", "DECISION_CODES");
  const denials = [...status.keys()].filter((one) => !decisions.includes(one));
  const screen = codesOf("consent/model.ts", "ConsentError");
  const outcome = codesOf("consent/resolve.ts", "ConsentOutcome", "error");
  return [
    {
      title: "Decisions",
      note: "Codes of `policy.decide`, in the order in which a decision checks for them, then the two that only an authorizer returns. The status is that of an HTTP gate.",
      codes: [...decisions, ...denials],
      status: (one) =>
        one === "upgrade_required" ? "403, or `upgradeStatus: 402`" : (status.get(one) ?? ""),
    },
    {
      title: "Errors at startup",
      note: "Codes of `PolicyError`. No client sees them.",
      codes: codesOf("errors.ts", "PolicyErrorCode"),
    },
    {
      title: "Findings about a policy",
      note: "Codes in `findings` of `ERR_POLICY_INVALID`.",
      codes: policy,
    },
    {
      title: "Findings about options",
      note: "Codes in `findings` of `ERR_OPTIONS_INVALID`, which also has `undefined_value` and `unknown_key`. `unknown_tool` is one of `ERR_OPERATION_UNKNOWN`.",
      codes: options.filter((one) => !policy.includes(one)),
    },
    {
      title: "Findings about coverage",
      note: "Codes in `findings` of `ERR_COVERAGE`.",
      codes: coverage.filter((one) => !options.includes(one)),
    },
    {
      title: "Lint codes",
      note: "Codes of `lintPolicy` and of the command `lint`. A policy with such a finding is valid.",
      section: "Findings of lint",
      codes: [...codesOf("policy/lint-codes.ts", "LINT_CODES"), "lint_not_needed"],
      link: "../lint.md#{}",
    },
    {
      title: "Consent",
      note: "Codes in `error` of a consent screen, of the result of `resolveConsent` and of `refreshScope`. `temporarily_unavailable` is listed under decisions.",
      codes: [...new Set([...screen, ...outcome])].filter((one) => !status.has(one)),
    },
    {
      title: "Dropped scopes",
      note: "Reasons in `why` of a scope of `droppedScopes`.",
      codes: codesOf("consent/model.ts", "DroppedScope", "why"),
    },
    {
      title: "Client registration",
      note: "Codes in `error` of `clientRegistration` (RFC 7591).",
      codes: codesOf("discovery/client-registration.ts", "RegistrationResult", "error"),
    },
    {
      title: "Reasons of a refused token",
      note: "Reasons that `onRejected` receives. The client sees `invalid_token` with the status 401.",
      codes: codesOf("resource-server/verifier-result.ts", "RejectionReason"),
      link: "../rejection-reasons.md",
    },
    {
      title: "Outages of a verifier",
      note: "Reasons in `reason` of `VerifierOutage`. The client sees `temporarily_unavailable` with the status 503.",
      codes: codesOf("verify/verifier-outage.ts", "OutageReason"),
    },
    {
      title: "Faults of a policy source",
      note: "Codes that `onFault` of `loadPolicySource` receives.",
      codes: codesOf("policy-source/source-result.ts", "PolicyFaultCode"),
    },
  ];
}

/**
 * Returns the entries of docs/troubleshooting.md: the section, the code and the texts of each.
 *
 * @typedef {{ section: string, code: string, anchor: string, cause: string, fix: string, symptom: string }} Entry
 * @returns {readonly Entry[]}
 */
export function troubleshootingEntries() {
  const text = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
  return text
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => {
      const [section = ""] = part.split("\n");
      const entries = part
        .split(/^### /m)
        .slice(1)
        .map((entry) => {
          const [heading = ""] = entry.split("\n");
          const [, name = "", suffix = ""] = /^`([A-Za-z_]+)`(.*)$/.exec(heading) ?? [];
          const textOf = (/** @type {string} */ label) =>
            new RegExp(`^\\* \\*\\*${label}\\*\\*: ([\\s\\S]*?)(?=\\n\\* |\\n\\n|$)`, "m").exec(
              entry,
            )?.[1] ?? "";
          const anchor = `${name}${suffix.replace(/[()]/g, "").replaceAll(" ", "-")}`.toLowerCase();
          return {
            section,
            code: name,
            anchor,
            symptom: textOf("Symptom"),
            cause: textOf("Cause"),
            fix: textOf("Fix"),
          };
        });
      const lines = [...part.matchAll(/^\* \[`([a-z_]+)`\]\([^)]*\)(?:: (.*))?$/gm)].map(
        ([, name = "", cause = ""]) => ({
          section,
          code: name,
          anchor: "",
          symptom: "",
          cause,
          fix: "",
        }),
      );
      return [...entries, ...lines];
    });
}

/** @param {string} text a text of docs/troubleshooting.md, with its links as seen from docs/reference */
const fromReference = (text) =>
  text
    .replace(/\]\(\.\/(reference\/)?/g, (_, within) => (within === undefined ? "](../" : "](./"))
    .replaceAll("](#", "](../troubleshooting.md#");

/** @returns {string} the page of all codes */
export function codesPage() {
  const entries = troubleshootingEntries();
  const sections = codeGroups().map(({ title, note, section = title, codes, status, link }) => {
    const rows = codes.map((one) => {
      const entry = entries.find((each) => each.section === section && each.code === one);
      if (entry === undefined)
        throw new Error(`docs/troubleshooting.md has no entry for ${one} in ${section}`);
      const target = link?.replace("{}", one) ?? `../troubleshooting.md#${entry.anchor}`;
      const name = `[${code(one)}](${target})`;
      const texts = link === undefined ? [entry.cause, entry.fix] : [entry.cause];
      return [name, ...(status ? [status(one)] : []), ...texts.map(fromReference)];
    });
    const meaning = link === undefined ? ["meaning", "what to do"] : ["meaning"];
    const head = ["code", ...(status ? ["HTTP status"] : []), ...meaning];
    return `## ${title}\n\n${note}\n\n${table(head, rows)}`;
  });
  const body = `Every code of the package, by the place where it occurs. Each links to its entry with the symptom.

${sections.join("\n\n")}

## Audit events

${auditEvents()}

## Next step

* [Troubleshooting](../troubleshooting.md), to search for a symptom
* [Decisions](../deciding.md), for the members of each decision
* [Audit](../audit.md), for the content of the events`;
  return page(
    {
      title: "Codes",
      description:
        "Every code of decisions, errors, findings, consent and audit events, with its meaning",
    },
    body,
  );
}

/** @returns {string} the types of audit events, and the outcomes that they can have */
function auditEvents() {
  const types = codesOf("audit/authorization-event.ts", "AuthorizationEventType");
  const outcomes = codesOf("audit/authorization-event.ts", "AuthorizationOutcome");
  const rows = [
    [
      "a decision (`AuditEvent`)",
      "`decision.code`: a code of [a decision](#decisions)",
      "`scope-policy.decision.allowed`, `scope-policy.decision.denied`",
    ],
    ...types.map((type) => [
      `${code(type)} (\`AuthorizationEvent\`)`,
      `\`outcome\`: ${outcomes.map(code).join(", ")}`,
      outcomes.map((outcome) => code(`scope-policy.${type}.${outcome}`)).join(", "),
    ]),
  ];
  const events = codesOf("consent/resolve.ts", "ConsentOutcome", "event");
  return `The types of events, and their \`type\` as a CloudEvent (\`toCloudEvent\`).

${table(["event", "result", "type as a CloudEvent"], rows)}

The result of \`resolveConsent\` has an \`event\` for your log if it grants nothing: ${events.map(code).join(", ")}.`;
}
