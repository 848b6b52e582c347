/** Texts of the consent page that do not come from the policy. A `{name}` in a text is a placeholder for a value. */
export interface ConsentWords {
  /** Heading of the page: `{client}`, `{policy}`. */
  readonly heading: string;
  /** Account of the user: `{user}`. */
  readonly signedInAs: string;
  /** Text of the link to choose another account. */
  readonly switchAccount: string;
  /** Step-up, an app with an earlier grant that asks for more: `{client}`. */
  readonly moreAsked: string;
  /** Destination of the redirect: `{host}`. */
  readonly redirect: string;
  /** Destination of the redirect if a program on the user's device receives the response: `{host}`. */
  readonly redirectLocal: string;
  /** Client with a verified domain: `{domain}`. */
  readonly verified: string;
  /** Client without a verified domain. */
  readonly unverified: string;
  /** Legend of the identity scopes. */
  readonly identity: string;
  /** Legend of the scopes without a group. */
  readonly access: string;
  /** Legend of offline access. */
  readonly offline: string;
  /** Label of the presets. */
  readonly presets: string;
  /** Button that checks every box. */
  readonly chooseAll: string;
  /** Button that unchecks every box. */
  readonly chooseNone: string;
  /** Summary of collapsed rows: `{chosen}` and `{count}`, their numbers. */
  readonly chosen: string;
  /** Summary of collapsed rows after the user changed one: `{count}`, their number. */
  readonly changed: string;
  /** Badge of a required row. */
  readonly required: string;
  /** Reason why a required row is locked. */
  readonly requiredWhy: string;
  /** Badge of a row that the earlier grant covers. */
  readonly granted: string;
  /** Badge of a row that the earlier grant does not cover. */
  readonly isNew: string;
  /** Reason why an implied row is checked: `{scopes}` that imply it. */
  readonly includedIn: string;
  /** What a row implies: `{scopes}`. */
  readonly includes: string;
  /** Reason why a row that was refused before is not checked. */
  readonly refusedBefore: string;
  /** Reason why a scope of the baseline should stay checked. */
  readonly baselineWhy: string;
  /** Label of a warning. */
  readonly caution: string;
  /** Row above the account's tier: `{tier}` that the row needs. */
  readonly tierNote: string;
  /** Row without effect for lack of an entitlement: `{entitlement}` that the row needs. */
  readonly entitlementNote: string;
  /** Instruction of a choice of values. */
  readonly chooseOne: string;
  /** Text in place of a choice without values. */
  readonly noChoice: string;
  /** Summary of the tools and endpoints that a row opens: `{tools}`, their number. */
  readonly unlocks: string;
  /** Summary of the details of a row that opens no tool and no endpoint. */
  readonly details: string;
  /** Name of the scope: `{scope}`. */
  readonly technicalName: string;
  /** Resource that a bound scope is about: `{label}`. */
  readonly about: string;
  /** Heading of the list of what no scope covers. */
  readonly notCovered: string;
  /** Button that approves the request. */
  readonly allow: string;
  /** Button that denies the request. */
  readonly deny: string;
  /** Text of the link to the page of connected apps. */
  readonly manage: string;
  /** Text of the link to report a client. */
  readonly report: string;
  /** Text of the link to help. */
  readonly help: string;
  /** Text of the link to the client's website. */
  readonly website: string;
  /** Text of the link to the client's privacy policy. */
  readonly privacy: string;
  /** Text of the link to the client's terms of service. */
  readonly terms: string;
  /** Version of the policy: `{version}`. */
  readonly policyVersion: string;
}
