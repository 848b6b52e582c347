import { readFileSync } from "node:fs";
import { GENERATED, page, table } from "./markdown.mjs";
import { findingCodes, listedCodes } from "./source-codes.mjs";

/**
 * @typedef {{ group: string, code: string, symptom: string, cause: string, fix: string }} Row
 * @typedef {{ title: string, about: string, codes: readonly string[] }} Group
 */

/** @type {readonly Row[]} */
const rows = JSON.parse(readFileSync(new URL("codes.json", import.meta.url), "utf8"));

const found = [...findingCodes()];
const ofGroup = (/** @type {string} */ name) =>
  rows.filter(({ group }) => group === name).map(({ code }) => code);

/** The groups of codes with the codes that the source has. @type {Readonly<Record<string, Group>>} */
const GROUPS = {
  decision: {
    title: "Decisions",
    about:
      "The `code` of a decision. [Responses](../responses.md) has the status and the challenge of each.",
    codes: [
      ...listedCodes("decision/decision.ts", "DECISION_CODES"),
      "invalid_request",
      "temporarily_unavailable",
    ],
  },
  error: {
    title: "Errors at startup",
    about: "The `code` of a `PolicyError`. It is an error of the program, never of a request.",
    codes: listedCodes("errors.ts", "PolicyErrorCode"),
  },
  policy: {
    title: "Findings about a policy",
    about: "The `code` of a finding of `ERR_POLICY_INVALID`, and of `scope-policy check`.",
    codes: found.filter((code) => !ofGroup("coverage").includes(code) && code !== "invalid_params"),
  },
  coverage: {
    title: "Findings about an application and about options",
    about: "The `code` of a finding of `ERR_COVERAGE` and `ERR_OPTIONS_INVALID`.",
    codes: found.filter((code) => ofGroup("coverage").includes(code)),
  },
  consent: {
    title: "Consent",
    about: "The `error` of a consent screen, and the `code` of an outcome that grants nothing.",
    codes: [
      ...new Set([
        ...listedCodes("consent/model.ts", "ConsentError"),
        "access_denied",
        "invalid_selection",
        "stale",
        "choose",
      ]),
    ],
  },
  source: {
    title: "Policies that are read again",
    about:
      "The `code` that `onFault` of `loadPolicySource` gets. The last good policy stays in force.",
    codes: listedCodes("policy-source/source-result.ts", "PolicyFaultCode"),
  },
  outage: {
    title: "Outages of a verifier",
    about: "The `reason` of a `VerifierOutage`. Calls get 503 meanwhile.",
    codes: listedCodes("verify/verifier-outage.ts", "OutageReason"),
  },
};

/** Codes that other pages describe at length. */
const ELSEWHERE = [
  {
    title: "Rejected tokens",
    about:
      "The reason in the audit event of an `invalid_token`. Each is described in [Reasons of a rejection](../rejection-reasons.md).",
    codes: listedCodes("resource-server/verifier-result.ts", "RejectionReason"),
    page: () => "../rejection-reasons.md",
  },
  {
    title: "Lint",
    about: "The `code` of a finding of `lintPolicy` and `scope-policy lint`.",
    codes: listedCodes("policy/lint-codes.ts", "LINT_CODES"),
    page: (/** @type {string} */ code) => `../lint.md#${code}`,
  },
];

/** @param {string} code @param {string} group @returns {string} the heading of the entry, which is unique in the page */
const headingOf = (code, group) => {
  const isTwice = rows.filter((row) => row.code === code).length > 1;
  return isTwice ? `\`${code}\` (${GROUPS[group]?.title.toLowerCase()})` : `\`${code}\``;
};
const anchorOf = (/** @type {string} */ heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");

/** @returns {readonly (readonly [Group, readonly Row[]])[]} the groups with their rows, in the order of the source */
function sortedRows() {
  return Object.entries(GROUPS).map(([name, group]) => [
    group,
    group.codes.map((code) => {
      const row = rows.find((one) => one.group === name && one.code === code);
      if (row === undefined)
        throw new Error(`scripts/reference/codes.json: no row for \`${code}\` (${name})`);
      return row;
    }),
  ]);
}

/** Returns the pages about codes: a table of all, and an entry for each. @returns {Record<string, string>} */
export function codePages() {
  const groups = sortedRows();
  const used = new Set(groups.flatMap(([, list]) => list));
  const unknown = rows.filter((row) => !used.has(row));
  if (unknown.length > 0)
    throw new Error(
      `scripts/reference/codes.json: no such code: ${unknown.map(({ code }) => code).join(", ")}`,
    );
  return {
    "docs/reference/codes.md": codeTables(groups),
    "docs/troubleshooting.md": troubleshooting(groups),
  };
}

/** @param {ReturnType<typeof sortedRows>} groups */
function codeTables(groups) {
  const own = groups.map(([{ title, about }, list]) =>
    [
      `## ${title}`,
      about,
      table(
        ["code", "cause"],
        list.map(({ code, group, cause }) => [
          `[\`${code}\`](../troubleshooting.md#${anchorOf(headingOf(code, group))})`,
          cause,
        ]),
      ),
    ].join("\n\n"),
  );
  const others = ELSEWHERE.map(({ title, about, codes, page: pageOf }) =>
    [`## ${title}`, about, codes.map((code) => `* [\`${code}\`](${pageOf(code)})`).join("\n")].join(
      "\n\n",
    ),
  );
  return page(
    {
      title: "Codes",
      description: "Every code of decisions, errors, findings, consent, policy sources and outages",
    },
    [
      GENERATED,
      "A code never changes its meaning. New codes can be added, so treat an unknown code as a denial. Messages are for people, and their wording can change.",
      ...own,
      ...others,
      "## Next step\n\n* To fix what a code reports, read its entry in [Troubleshooting](../troubleshooting.md).\n* For the codes and exit codes of the terminal, read [Command line](../command-line.md).",
    ],
  );
}

/** @param {ReturnType<typeof sortedRows>} groups */
function troubleshooting(groups) {
  const parts = groups.map(([{ title, about }, list]) =>
    [
      `## ${title}`,
      about.replaceAll("../", ""),
      ...list.map(({ code, group, symptom, cause, fix }) =>
        [
          `### ${headingOf(code, group)}`,
          `**Symptom:** ${symptom}.`,
          `**Cause:** ${cause}.`,
          `**Fix:** ${fix}.`,
        ].join("\n\n"),
      ),
    ].join("\n\n"),
  );
  const lists = ELSEWHERE.map(({ title, about, codes, page: pageOf }) => {
    const links = codes.map((code) => `* [\`${code}\`](${pageOf(code).replace("../", "")})`);
    return [`## ${title}`, about.replaceAll("../", ""), links.join("\n")].join("\n\n");
  });
  return page(
    { title: "Troubleshooting", description: "The symptom, the cause and the fix of every code" },
    [
      GENERATED,
      "Find the code in the response, in the audit event, or in `findings` of the error, and read its entry. Without a code, begin with the status:",
      table(
        ["you see", "read"],
        [
          [
            "401",
            "[`unauthenticated`](#unauthenticated) without `error` in the challenge, otherwise [`invalid_token`](#invalid_token)",
          ],
          [
            "403",
            "the `code` of the body: [`insufficient_scope`](#insufficient_scope), [`binding_mismatch`](#binding_mismatch), [`upgrade_required`](#upgrade_required) or another [decision](#decisions)",
          ],
          ["400", "[`invalid_request`](#invalid_request) or [`invalid_params`](#invalid_params)"],
          [
            "503",
            "[`temporarily_unavailable`](#temporarily_unavailable-decisions), then the [outage](#outages-of-a-verifier)",
          ],
          ["the program ends at startup", "[Errors at startup](#errors-at-startup)"],
        ],
      ),
      ...parts,
      ...lists,
      "## Next step\n\n* If a token is refused and you do not know why, follow [Find out why a token is refused](refused-tokens.md).\n* To see all codes at once, open the [table of codes](reference/codes.md).",
    ],
  );
}
