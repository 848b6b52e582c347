import { PolicyError } from "../errors.js";
import type { ConsentClient } from "../policy/client.js";
import {
  checkOptions,
  isText,
  type OptionCheck,
  oneOf,
  optional,
  positive,
} from "../policy/option-checks.js";
import type { ConsentFacts, ConsentOptions } from "./model.js";

const CHECKS = {
  whenNoScope: optional(oneOf("defaults", "catalogue", "fail")),
  prechecked: optional(oneOf("policy", "never")),
  ineligible: optional(oneOf("drop", "refuse")),
  tierLocked: optional(oneOf("selectable", "locked")),
  rememberRefusals: optional(positive(1e9)),
  manageUrl: optional(isText),
  reportUrl: optional(isText),
  helpUrl: optional(isText),
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
 * Copies the facts with their own members alone, so that nothing that is read from them is inherited.
 *
 * @throws {@link PolicyError} `ERR_OPTIONS_INVALID` for facts without a client, which is a mistake of the program
 */
export function readConsentFacts(facts: ConsentFacts): ConsentFacts {
  const own = ownMembers(facts);
  const client = ownMembers(own?.client);
  if (own === undefined || client === undefined) {
    const finding = { code: "option", path: "client", message: "expected facts with a client" };
    throw new PolicyError("ERR_OPTIONS_INVALID", "the consent facts: expected a `client`", [
      finding,
    ]);
  }
  return {
    ...own,
    __proto__: null,
    client,
    user: ownMembers(own.user),
    account: ownMembers(own.account),
  } as ConsentFacts;
}

/** Whether a client belongs to the API's owner: then reserved scopes have a meaning. */
export function isFirstParty(client: ConsentClient): boolean {
  return client.first_party === true;
}

function ownMembers<Value extends object>(value: Value | undefined): Value | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.assign(Object.create(null) as object, value) as Value;
}
