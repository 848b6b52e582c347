// Forms of the consent page, as browsers and other programs post them.

import fc from "fast-check";
import {
  type ConsentFacts,
  type ConsentSelection,
  consentScreen,
  loadPolicy,
  resolveConsent,
} from "scope-policy";
import { renderConsent } from "scope-policy/html";
import { rowsOf } from "../../consent/facts.js";
import { SCOPE_TEXTS } from "./corpus.js";
import { editedTexts, editedTrees } from "./edits.js";
import { ANY_VALUE, opened } from "./hostile-values.js";
import { check, type Target } from "./target.js";

const policy = loadPolicy({
  name: "Hosting",
  version: "3",
  tiers: ["free", "pro"],
  scopes: {
    openid: { required: true },
    "keys:read": "Read keys",
    "keys:write": { description: "Change keys", implies: ["keys:read"], default: "off" },
    "billing:read": { description: "Read bills", tier: "pro" },
    "/accounts/{accountID}/": "Open an account",
    offline_access: "Stay signed in",
  },
  boundaries: { project: { claim: "projects", title: "Projects" } },
  bundles: { reading: ["keys:read"] },
  tools: {
    list_keys: { scope: "keys:read", within: { project: "projectId" } },
    bill: "billing:read",
  },
});

const client = {
  client_id: "app-1",
  client_name: "App <b>",
  redirect_uri: "https://app.example/cb",
};
const requested = "openid keys:read keys:write billing:read /accounts/a/ offline_access";
const account = {
  tier: "free",
  resources: { accountID: { a: "My account" } },
  boundaries: { project: { p1: "One", p2: "Two" } },
};
const base: ConsentFacts = { client, requested, account, now: 1_000 };
const FACTS: readonly ConsentFacts[] = [
  base,
  base,
  base,
  { ...base, id: "request-1" },
  { ...base, id: "request-1", used: true },
  { ...base, granted: "openid keys:write", grantedBoundaries: { project: ["p1"] } },
  { ...base, requested: "billing:read openid" },
  { ...base, requested: "nope" },
  { ...base, requested: "a  b" },
  {
    ...base,
    granted: "/accounts/a/",
    account: {
      ...account,
      owns: () => {
        throw new Error("down");
      },
    },
  },
];
const OPTIONS = [{}, { tierLocked: "locked" as const }, { prechecked: "never" as const }];

const FORMS = [
  "decision=approve&scopes=keys:read&scopes=billing:read&boundaries=project%3Dp1",
  "decision=approve&scopes=keys:write&boundaries=project%3Dp1&boundaries=project%3Dp2&policyVersion=3",
  "decision=approve&scopes=/accounts/a/&id=request-1&policyVersion=3",
  "decision=approve&scopes=offline_access&scopes=keys:read",
  "decision=approve&scopes=keys:read&boundaries=project%3Dp9",
  "decision=approve",
  "decision=deny&scopes=keys:read",
  "decision=all",
  "decision=preset:reading&scopes=keys:read",
  "decision=approve&scopes=keys:read&policyVersion=2",
  "decision=approve&scopes=billing:read&scopes=admin:all",
];

/** Reads a form as a server does: a name that occurs several times is a list. */
function selectionOf(form: string): unknown {
  const fields = new URLSearchParams(form);
  const list = (name: string) => {
    const all = fields.getAll(name);
    return all.length > 1 ? all : all[0];
  };
  return Object.fromEntries([...new Set(fields.keys())].map((name) => [name, list(name)]));
}

const SELECTIONS = FORMS.map(selectionOf);
const POSTED: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.constantFrom(...SELECTIONS), weight: 4 },
  { arbitrary: editedTexts(FORMS).map(selectionOf), weight: 6 },
  { arbitrary: editedTrees(fc.constantFrom(...SELECTIONS)), weight: 4 },
  {
    arbitrary: fc.constantFrom(...SCOPE_TEXTS).map((scopes) => ({ decision: "approve", scopes })),
    weight: 2,
  },
  {
    arbitrary: fc
      .tuple(ANY_VALUE, fc.constantFrom("scopes", "boundaries", "decision", "id", "policyVersion"))
      .map(([value, name]) => ({ decision: "approve", scopes: ["keys:read"], [name]: value })),
    weight: 1,
  },
  { arbitrary: ANY_VALUE, weight: 1 },
);

interface Sent {
  readonly facts: ConsentFacts;
  readonly options: (typeof OPTIONS)[number];
  readonly posted: unknown;
}

const ERRORS = [
  "access_denied",
  "invalid_scope",
  "invalid_selection",
  "stale",
  "choose",
  "temporarily_unavailable",
];

export const CONSENT: Target<Sent> = {
  outcomes: ["granted", ...ERRORS],
  inputs: fc.record({
    facts: fc.constantFrom(...FACTS),
    options: fc.constantFrom(...OPTIONS),
    posted: POSTED,
  }),
  run({ facts, options, posted: given }) {
    const posted = opened(given);
    const selection = posted as ConsentSelection;
    const screen = consentScreen(policy, facts, options);
    const outcome = resolveConsent(policy, facts, selection, options);
    if (screen.error === null && typeof posted === "object" && posted !== null && isOpen(posted)) {
      const page = renderConsent(screen, { action: "/consent", csrf: "c", selection });
      check(!/<script|<b>|javascript:/i.test(page), "a page without script and elements of others");
    }
    if (!outcome.ok) {
      check(ERRORS.includes(outcome.error), "a documented error");
      check(outcome.offending.length <= 32, "at most 32 posted values for the log");
      for (const text of outcome.offending) {
        check(
          text.length <= 1_024 && !/[\p{Cc}\p{Bidi_Control}]/u.test(text),
          "a value cleaned for a log",
        );
      }
      return outcome.error;
    }
    const shown = rowsOf(screen).map(({ scope }) => scope);
    check(
      outcome.scopes.every((scope) => shown.includes(scope)),
      "only offered scopes are granted",
    );
    check(outcome.scopes.length > 0 && outcome.scope === outcome.scopes.join(" "), "a scope");
    const values = Object.values(outcome.boundaries).flat();
    check(
      values.every((value) => ["p1", "p2"].includes(value)),
      "only offered values are granted",
    );
    return "granted";
  },
};

/** Returns whether a value can be read: the page is made of a form that the server has parsed. */
function isOpen(value: object): boolean {
  try {
    if (Array.isArray(value)) return false;
    return JSON.stringify(value).length < 100_000;
  } catch {
    return false;
  }
}
