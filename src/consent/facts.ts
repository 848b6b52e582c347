import { type Finding, PolicyError } from "../errors.js";
import type { ConsentClient } from "../policy/client.js";
import {
  checkOptions,
  isString,
  type OptionCheck,
  oneOf,
  optional,
  positive,
} from "../policy/option-checks.js";
import { ownMembers } from "../policy/own-members.js";
import { describeFindings } from "../policy/report.js";
import type { ConsentFacts, ConsentOptions } from "./model.js";

const CHECKS = {
  whenNoScope: optional(oneOf("defaults", "catalogue", "fail")),
  prechecked: optional(oneOf("policy", "never")),
  ineligible: optional(oneOf("drop", "refuse")),
  tierLocked: optional(oneOf("selectable", "locked")),
  rememberRefusals: optional(positive(1e9)),
  manageUrl: optional(isString),
  reportUrl: optional(isString),
  helpUrl: optional(isString),
} satisfies Record<keyof ConsentOptions, OptionCheck>;

/**
 * Checks the options of a consent screen and returns a copy of their own members.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID`
 */
export function readConsentOptions(options: ConsentOptions): ConsentOptions {
  return checkOptions("consent", options, CHECKS);
}

/**
 * Copies the own members of the facts, so that no inherited member is read. A member may be `undefined`.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for facts without a client, for a user or an account that is not an object, for
 * boundaries that are not objects, and for refusals that are not a list: these are errors of the program
 */
export function readConsentFacts(facts: ConsentFacts): ConsentFacts {
  const findings: Finding[] = [];
  const addFinding = (path: string, message: string) =>
    findings.push({ code: "option", path, message });
  const own = ownMembers(facts);
  const readObject = <Name extends "user" | "account">(name: Name): ConsentFacts[Name] => {
    const value = own?.[name] ?? undefined;
    const members = ownMembers(value);
    if (value !== undefined && members === undefined) addFinding(name, "expected an object");
    return members;
  };
  const client = ownMembers(own?.client);
  if (client === undefined) addFinding("client", "expected facts with a client");
  const refused = own?.refused ?? [];
  const isList: boolean = Array.isArray(refused);
  if (!isList) addFinding("refused", "expected a list");
  const [user, account] = [readObject("user"), readObject("account")];
  for (const [path, values] of boundaryPlaces(account?.boundaries)) {
    if (ownMembers(values as object) === undefined)
      addFinding(path, 'expected an object, as in { project: { p1: "Project One" } }');
  }
  if (findings.length > 0) {
    throw new PolicyError(
      "ERR_OPTIONS_INVALID",
      describeFindings(findings, "the consent facts"),
      findings,
    );
  }
  return {
    ...own,
    __proto__: null,
    client,
    user,
    account,
    refused: refused.flatMap((refusal) => ownMembers(refusal) ?? []),
  } as ConsentFacts;
}

/** Returns `boundaries` of an account and each member of it, with its place. */
function boundaryPlaces(boundaries: unknown): readonly (readonly [path: string, value: unknown])[] {
  if (boundaries === undefined) return [];
  const path = "account.boundaries";
  const members = Object.entries(ownMembers(boundaries as object) ?? {});
  return [
    [path, boundaries],
    ...members.map(([name, values]) => [`${path}.${name}`, values] as const),
  ];
}

/** Returns whether a client is a first-party client. Reserved scopes have a meaning for such clients only. */
export function isFirstParty(client: ConsentClient): boolean {
  return client.firstParty === true;
}
