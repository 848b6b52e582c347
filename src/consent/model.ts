import type { ConsentClient } from "../policy/client.js";
import type { ConsentWords } from "./messages/consent-words.js";

/** Scope that the user refused to a client. */
export interface RefusedScope {
  /** Scope token. */
  readonly scope: string;
  /** End of the refusal, in seconds since 1970. Default: no end. */
  readonly until?: number;
}

/** What the server knows about one authorization request. Only `requested` and the client's metadata come from outside; the server sets all the rest. */
export interface ConsentFacts {
  /** Unique identifier of this request. The posted selection must contain it. The host binds it to the browser. */
  readonly id?: string | undefined;
  /** Whether a selection for this request was accepted already. Default: `false`. */
  readonly used?: boolean | undefined;
  /** Client that requests access. */
  readonly client: ConsentClient;
  /** The `scope` parameter, form-decoded; `undefined` or `""` if the request has no scope (RFC 6749, section 3.1). */
  readonly requested?: string | readonly string[] | undefined;
  /** User who is signed in. */
  readonly user?:
    | {
        /** Name or address by which the user knows the account. */
        readonly label: string;
        /** Identifier of the user, for the receipt. */
        readonly sub?: string;
        /** URL at which the user can choose another account. */
        readonly switchAccountUrl?: string;
      }
    | undefined;
  /** Account to which the scopes apply. */
  readonly account?:
    | {
        /** The account's tier. */
        readonly tier?: string;
        /** The account's type, or all of them. */
        readonly account_type?: string | readonly string[];
        /** The account's entitlements. Default: none. */
        readonly entitlements?: readonly string[];
        /**
         * For each boundary of the policy: the values that this user may grant, each with a label. Default: none, so that no scope
         * whose operations need the boundary can be granted.
         */
        readonly boundaries?: { readonly [boundary: string]: { readonly [value: string]: string } };
        /**
         * For each placeholder of a scope: the values that this user may grant, each with a label. All other values belong to other
         * users. The list cannot decide on a template with two placeholders, or on a placeholder name that occurs under two
         * different prefixes (`/accounts/{id}/…` and `/photos/{id}/…`): without `owns` such scopes are dropped as `needs_owns`.
         * A scope that is an instance of two templates, which differ in placeholder names alone, must be in the lists of both names.
         */
        readonly resources?: { readonly [param: string]: { readonly [value: string]: string } };
        /**
         * Synchronous callback that decides on all placeholders of a template together. It returns the label of the resource if
         * this user may grant it. Any other value than a non-empty string, and an exception, mean "not this user's". An exception on
         * a scope that is granted already makes the screen an error, `temporarily_unavailable`.
         */
        readonly owns?: (
          template: string,
          values: Readonly<Record<string, string>>,
        ) => string | undefined;
      }
    | undefined;
  /** Scope that the user granted to this client earlier, if the grant is still in force. */
  readonly granted?: string | readonly string[] | undefined;
  /** `outcome.boundaries` of that grant. Default: none. */
  readonly grantedBoundaries?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Version of the policy at the time of that grant. Default: unknown, which counts as another version. */
  readonly grantedPolicyVersion?: string | undefined;
  /** `outcome.refused` of the last consent. */
  readonly refused?: readonly RefusedScope[] | undefined;
  /** Languages in order of preference, as BCP 47 tags: `ui_locales`, or what the browser accepts. */
  readonly locale?: string | readonly string[] | undefined;
  /** The `prompt` parameter of OpenID Connect. */
  readonly prompt?: string | undefined;
  /** Current time in seconds since 1970, not in milliseconds. Default: the clock of the runtime. */
  readonly now?: number | undefined;
}

/** How the host asks for consent. */
export interface ConsentOptions {
  /**
   * What a request without scope gets: the policy's `defaultScopes`, all scopes that can be offered, or the error `invalid_scope`
   * (RFC 6749, section 3.3). Default: `"defaults"`.
   */
  readonly whenNoScope?: "defaults" | "catalogue" | "fail";
  /**
   * Whether boxes start checked as the policy declares, or only if they have to be checked. A box that is checked in advance may
   * not count as consent (GDPR, recital 32). Default: `"policy"`.
   */
  readonly prechecked?: "policy" | "never";
  /** Whether a scope that cannot be offered is left out, or makes the whole request `invalid_scope`. Default: `"drop"`. */
  readonly ineligible?: "drop" | "refuse";
  /** Whether the user can choose a scope that has no effect until the account has a tier or an entitlement. Default: `"selectable"`. */
  readonly tierLocked?: "selectable" | "locked";
  /** Time in seconds for which a refusal is remembered. Default: 180 days. */
  readonly rememberRefusals?: number;
  /**
   * URL of the page on which the user sees connected apps and revokes access. This and the two below: `https`, or `http` to the device
   * itself for a server in development. The page shows no link for anything else.
   */
  readonly manageUrl?: string;
  /** URL at which the user can report a client. */
  readonly reportUrl?: string;
  /** URL of a help page. */
  readonly helpUrl?: string;
}

/**
 * Reason why nothing may be shown or granted; an `error` of RFC 6749, section 4.1.2.1. `temporarily_unavailable`: `owns` failed on a
 * scope that is granted already, so the screen cannot show what the grant is now.
 */
export type ConsentError = "invalid_scope" | "unauthorized_client" | "temporarily_unavailable";

/** State of a row. `implied`: a checked row implies the scope. `tier_locked`: the scope has no effect on the account's tier or without an entitlement. */
export type ConsentState = "required" | "optional" | "already_granted" | "implied" | "tier_locked";

/** Text of the policy with its language. */
export interface ConsentText {
  /** Plain text. */
  readonly text: string;
  /** BCP 47 tag for the `lang` attribute if the text is not in the language of the page, `""` if its language is unknown; otherwise `null`. */
  readonly lang: string | null;
}

/** One scope, as the page shows it to the user. */
export interface ConsentRow {
  /** Identifier for use in a page. A scope is not a safe identifier. */
  readonly domId: string;
  /** Scope token with its values, which the form posts. */
  readonly scope: string;
  /** Short name of the scope. A scope without a title has its description here, and without both the words of its name. */
  readonly title: string;
  /** Description of what the scope opens. The same as `title` if the policy does not have both. */
  readonly description: string;
  /** Languages of the texts that are not in the language of the page, as in {@link ConsentText}. */
  readonly lang: {
    readonly title: string | null;
    readonly description: string | null;
    readonly warning: string | null;
  };
  /** Type of access, read from the action in the scope's name. */
  readonly access: "read" | "write" | "publish" | "other";
  /** Resource of a bound scope, one entry for each placeholder. With `owns`, all entries have the same label. */
  readonly resource: readonly {
    readonly param: string;
    readonly value: string;
    readonly label: string;
  }[];
  /** State of the row. */
  readonly state: ConsentState;
  /** Whether the box starts checked. */
  readonly checked: boolean;
  /** Whether the user cannot change the box. */
  readonly locked: boolean;
  /** Reason why the row is locked, implied or not checked. */
  readonly why: string | null;
  /** Warning of the policy, with a label that marks it as a warning. */
  readonly warning: { readonly label: string; readonly text: string } | null;
  /** Tier that the scope needs and the account does not have, with a note for the user. */
  readonly tier: { readonly needed: string; readonly note: string } | null;
  /** Entitlement that the scope needs and the account does not have, with a note for the user. */
  readonly entitlement: { readonly needed: string; readonly note: string } | null;
  /** Whether there is an earlier grant that does not cover the scope. */
  readonly isNew: boolean;
  /** Scopes that this scope implies, without reserved ones. */
  readonly includes: readonly string[];
  /** Titles of these scopes, each once. */
  readonly includedTitles: readonly ConsentText[];
  /** Scopes on this screen that imply this scope. */
  readonly includedIn: readonly string[];
  /** Tools and endpoints that the scope opens, without hidden and denied ones. */
  readonly unlocks: { readonly tools: readonly string[]; readonly endpoints: readonly string[] };
}

/** Choice of the values to which the access is limited, as the page shows it to the user. */
export interface ConsentBoundary {
  /** Name of the boundary in the policy. */
  readonly name: string;
  /** Heading of the choice. */
  readonly title: string;
  /** Language of the heading, as in {@link ConsentText}. */
  readonly lang: string | null;
  /** Values that the user may grant. At least one must be chosen for every granted scope whose operations need the boundary. */
  readonly values: readonly {
    /** Identifier for use in a page. */
    readonly domId: string;
    /** Value that the selection contains. */
    readonly value: string;
    /** Label of the value. */
    readonly label: string;
    /** Whether the box starts checked: the value is granted already, or it is the only one. */
    readonly checked: boolean;
    /** Whether there is an earlier grant that does not have the value. */
    readonly isNew: boolean;
  }[];
}

/** Values of a boundary to which the access of an app is limited. */
export interface GrantedBoundary {
  /** Name of the boundary in the policy. */
  readonly name: string;
  /** Heading of the choice on the consent page. */
  readonly title: string;
  /** Granted values, each with the label of `account.boundaries`, or without one the value itself. */
  readonly values: readonly { readonly value: string; readonly label: string }[];
}

/** Client as the page shows it: cleaned text, with verified facts separate from the client's own claims. */
export interface ConsentClientView {
  /** Identifier of the client. */
  readonly id: string;
  /** Name of the client, or its identifier if it has no name that can be shown. */
  readonly name: string;
  /** Whether the host has verified a domain of the client. */
  readonly verified: boolean;
  /** Verified domain. */
  readonly domain: string | null;
  /** Host to which the response goes; the scheme if an app on this device receives it through a private-use scheme. */
  readonly redirectHost: string | null;
  /** Whether the response goes to a program on the user's device. */
  readonly redirectIsLocal: boolean;
  /** Website of the client. Only `https`, as for the links below. */
  readonly uri: string | null;
  /** Logo of the client. */
  readonly logoUri: string | null;
  /** Privacy policy of the client. */
  readonly policyUri: string | null;
  /** Terms of service of the client. */
  readonly tosUri: string | null;
}

/** Complete content of a consent page, as plain JSON for any UI. */
export interface ConsentScreen {
  /** Version of this data format. */
  readonly version: 1;
  /** Identifier of the request; `null` if the facts have none. */
  readonly id: string | null;
  /** Name of the policy. */
  readonly policyName: string;
  /** Version of the policy to which the user agrees. */
  readonly policyVersion: string;
  /** Language of the page's own texts. */
  readonly locale: string;
  /** Direction of writing of that language. */
  readonly dir: "ltr" | "rtl";
  /** If not `null`: show nothing, grant nothing, and return this error to the client. */
  readonly error: ConsentError | null;
  /** Reason why the user is asked. `new_boundaries`: the earlier grant does not have every offered value. `forced`: the `prompt` parameter asks for consent. */
  readonly reason:
    | "first_time"
    | "new_scopes"
    | "new_boundaries"
    | "forced"
    | "policy_changed"
    | "nothing_new";
  /** User who is signed in; `null` if the facts have none. */
  readonly user: { readonly label: string; readonly switchAccountUrl: string | null } | null;
  /** Client that requests access. */
  readonly client: ConsentClientView;
  /** Scopes about the identity of the user: `openid`, `profile`, `email`, `address`, `phone`. */
  readonly identity: readonly ConsentRow[];
  /** All other scopes, by group. If there is an earlier grant, groups and rows with something new are first. */
  readonly groups: readonly {
    readonly id: string;
    readonly legend: string;
    /** Language of the legend, as in {@link ConsentText}. */
    readonly lang: string | null;
    readonly rows: readonly ConsentRow[];
  }[];
  /** Row of `offline_access`, access while the user is away; `null` if it is not offered. */
  readonly offline: ConsentRow | null;
  /** Boundaries that the operations of offered scopes need. */
  readonly boundaries: readonly ConsentBoundary[];
  /** Bundles of the policy, each with the scopes of this screen that it checks. */
  readonly presets: readonly {
    readonly id: string;
    readonly title: string;
    /** Language of the title, as in {@link ConsentText}. */
    readonly lang: string | null;
    readonly scopes: readonly string[];
  }[];
  /** What no scope of the policy covers. */
  readonly notCovered: readonly ConsentText[];
  /** Links of the page; `null` for a link that is not set or not safe. */
  readonly links: {
    readonly manage: string | null;
    readonly report: string | null;
    readonly help: string | null;
  };
  /**
   * Whether the page may be skipped: the request has nothing new, `prompt` does not ask for consent, and the identity of the
   * client is assured (RFC 6749, section 10.2).
   */
  readonly canSkip: boolean;
  /** Headers that the response with this page must have. */
  readonly headers: Readonly<Record<string, string>>;
  /** Texts of the page that do not come from the policy. */
  readonly words: ConsentWords;
}

/** Scope that was requested and is not on the screen. For the log only, because the client wrote the text. */
export interface DroppedScope {
  /** Scope token, cut, with invisible characters written as escapes. */
  readonly scope: string;
  /**
   * Reason why the scope was dropped. `restricted`: the client is not approved for it. `unbound`: a template without values. `foreign`: the user does not own the resource, or `owns`
   * failed. `needs_owns`: only `owns` can decide on this template.
   */
  readonly why:
    | "malformed"
    | "unknown"
    | "reserved"
    | "restricted"
    | "not_registered"
    | "unbound"
    | "foreign"
    | "needs_owns"
    | "account_type";
}
