import type { ConsentClient } from "../policy/client.js";
import type { ConsentWords } from "./words.js";

/** A scope that a person refused to a client, and until when that is remembered, in seconds since 1970. */
export interface RefusedScope {
  /** The scope-token. */
  readonly scope: string;
  /** When it is forgotten; never, if left out. */
  readonly until?: number;
}

/** What the server knows of one authorization request. Everything is the server's; only `requested` and the client's metadata came from outside. */
export interface ConsentFacts {
  /** Names this request, once; what comes back must carry it. The host binds it to the browser. */
  readonly id?: string | undefined;
  /** Whether an answer to this request has been taken already. */
  readonly used?: boolean | undefined;
  /** Who asks. */
  readonly client: ConsentClient;
  /** The `scope` parameter, form-decoded; `undefined` or `""` where the request names none (RFC 6749, section 3.1). */
  readonly requested?: string | readonly string[] | undefined;
  /** On whose behalf. */
  readonly user?:
    | {
        /** What the person calls the account: a name or an address. */
        readonly label: string;
        /** The person's identifier, for the receipt. */
        readonly sub?: string;
        /** Where another account can be chosen. */
        readonly switchAccountUrl?: string;
      }
    | undefined;
  /** The account that the scopes are about. */
  readonly account?:
    | {
        /** The account's tier. */
        readonly tier?: string;
        /** The account's type. */
        readonly account_type?: string;
        /**
         * For each placeholder of a scope: the values that this person may grant, each with a label. Any other value belongs to
         * another person. By itself it cannot decide on a template with two placeholders, or on a placeholder name that stands
         * under two different prefixes (`/accounts/{id}/…` and `/photos/{id}/…`): such scopes are dropped as `needs-owns`.
         */
        readonly resources?: { readonly [param: string]: { readonly [value: string]: string } };
        /**
         * Returns the label of what a template with these values is about if this person may grant it; it decides on all
         * placeholders together. Synchronous. Anything but a non-empty text, and an exception, mean "not this person's".
         */
        readonly owns?: (
          template: string,
          values: Readonly<Record<string, string>>,
        ) => string | undefined;
      }
    | undefined;
  /** What this person has granted this client before, and still does. */
  readonly granted?: string | readonly string[] | undefined;
  /** The policy's version at that time. */
  readonly grantedPolicyVersion?: string | undefined;
  /** What was refused before. */
  readonly refused?: readonly RefusedScope[] | undefined;
  /** Languages in order of preference, as BCP 47 tags: `ui_locales`, or what the browser accepts. */
  readonly locale?: string | readonly string[] | undefined;
  /** The `prompt` of OpenID Connect. */
  readonly prompt?: string | undefined;
  /** Seconds since 1970; the clock of the runtime, if left out. */
  readonly now?: number | undefined;
}

/** How a host wants consent to be asked. */
export interface ConsentOptions {
  /** What a request without scope gets: the policy's `defaultScopes` (the default), all there is to offer, or an error (RFC 6749, section 3.3). */
  readonly whenNoScope?: "defaults" | "catalogue" | "fail";
  /** Whether boxes start checked as the policy says, or only where they must be. A box that is checked before may be no consent (GDPR, recital 32). */
  readonly prechecked?: "policy" | "never";
  /** What a scope that cannot be offered does: it is left out (the default), or the whole request is `invalid_scope`. */
  readonly ineligible?: "drop" | "refuse";
  /** Whether a scope above the account's plan can be chosen; without effect until then. */
  readonly tierLocked?: "selectable" | "locked";
  /** For how many seconds a refusal is remembered; 180 days by default. */
  readonly rememberRefusals?: number;
  /** Where a person sees what is connected, and ends it. */
  readonly manageUrl?: string;
  /** Where a person can report a client. */
  readonly reportUrl?: string;
  /** Where a person finds help. */
  readonly helpUrl?: string;
}

/**
 * Why nothing may be shown and nothing granted; an `error` of RFC 6749, section 4.1.2.1. `temporarily_unavailable`: `owns`
 * failed on a scope that is granted already, so the screen cannot tell what the grant is now.
 */
export type ConsentError = "invalid_scope" | "unauthorized_client" | "temporarily_unavailable";

/** What a row is. */
export type ConsentState = "required" | "optional" | "already-granted" | "implied" | "tier-locked";

/** One scope, as a person is asked for it. */
export interface ConsentRow {
  /** An identifier for a page: a scope is no safe one. */
  readonly domId: string;
  /** The concrete scope-token; what a form posts. */
  readonly scope: string;
  /** Its short name. */
  readonly title: string;
  /** What it opens. */
  readonly description: string;
  /** What kind of access it is, by its verb. */
  readonly access: "read" | "write" | "publish" | "other";
  /** What it is about, where it is bound; with `owns`, one label for all of its values. */
  readonly resource: readonly {
    readonly param: string;
    readonly value: string;
    readonly label: string;
  }[];
  /** What it is. */
  readonly state: ConsentState;
  /** Whether its box starts checked. */
  readonly checked: boolean;
  /** Whether its box cannot be changed. */
  readonly locked: boolean;
  /** Why it is locked, included, or not checked. */
  readonly why: string | null;
  /** Why granting it deserves a second look, with a word that says so. */
  readonly warning: { readonly label: string; readonly text: string } | null;
  /** The plan that it needs and the account lacks. */
  readonly tier: { readonly needed: string; readonly note: string } | null;
  /** Whether it was not there when this client was last authorised. */
  readonly isNew: boolean;
  /** Scopes that come with it. */
  readonly includes: readonly string[];
  /** Scopes on this screen that it comes with. */
  readonly includedIn: readonly string[];
  /** What it opens. */
  readonly unlocks: { readonly tools: readonly string[]; readonly endpoints: readonly string[] };
}

/** The client, as a person may see it: clean text, and what is proven apart from what is claimed. */
export interface ConsentClientView {
  /** The client's identifier. */
  readonly id: string;
  /** Its name, or its identifier where it has no name that can be shown. */
  readonly name: string;
  /** Whether a domain of its own is proven. */
  readonly verified: boolean;
  /** That domain. */
  readonly domain: string | null;
  /** The host that the answer goes to; a scheme, where an app takes it on the same device. */
  readonly redirectHost: string | null;
  /** Whether the answer goes to a program on this very device. */
  readonly redirectIsLocal: boolean;
  /** Its website; `https` alone, here and below. */
  readonly uri: string | null;
  /** Its picture. */
  readonly logoUri: string | null;
  /** Its privacy policy. */
  readonly policyUri: string | null;
  /** Its terms of service. */
  readonly tosUri: string | null;
}

/** All that a consent page shows, as plain JSON for any UI. */
export interface ConsentScreen {
  /** The version of this shape. */
  readonly version: 1;
  /** The request that it belongs to. */
  readonly id: string | null;
  /** Whose policy it is. */
  readonly policyName: string;
  /** Which edition of it: what a person agrees to. */
  readonly policyVersion: string;
  /** The language that the words are in, and the direction it is written in. */
  readonly locale: string;
  /** The direction of writing. */
  readonly dir: "ltr" | "rtl";
  /** Where it is not `null`: show nothing, grant nothing, and answer the client with this. */
  readonly error: ConsentError | null;
  /** Why a person is asked now. */
  readonly reason: "first-time" | "new-scopes" | "forced" | "policy-changed" | "nothing-new";
  /** On whose behalf. */
  readonly user: { readonly label: string; readonly switchAccountUrl: string | null } | null;
  /** Who asks. */
  readonly client: ConsentClientView;
  /** Who the person is: `openid`, `profile` and their sisters. */
  readonly identity: readonly ConsentRow[];
  /** What the client may do. */
  readonly groups: readonly {
    readonly id: string;
    readonly legend: string;
    readonly rows: readonly ConsentRow[];
  }[];
  /** Access while the person is away. */
  readonly offline: ConsentRow | null;
  /** Bundles of the policy, each with the rows of this screen that it checks. */
  readonly presets: readonly {
    readonly id: string;
    readonly title: string;
    readonly scopes: readonly string[];
  }[];
  /** What no scope covers. */
  readonly notCovered: readonly string[];
  /** Where to go from here. */
  readonly links: {
    readonly manage: string | null;
    readonly report: string | null;
    readonly help: string | null;
  };
  /** Whether the page may be left out: nothing new, nobody asked for it, and the client's identity is assured (RFC 6749, section 10.2). */
  readonly canSkip: boolean;
  /** The header fields that a page with this on it must send. */
  readonly headers: Readonly<Record<string, string>>;
  /** The page's own words. */
  readonly words: ConsentWords;
}

/** A scope that was asked for and is not on the screen. For the log alone: it is what a client wrote. */
export interface DroppedScope {
  /** The scope-token, with what could break a line written as escapes, and cut. */
  readonly scope: string;
  /** Why. */
  readonly why:
    | "malformed"
    | "unknown"
    | "reserved"
    | "not-registered"
    | "unbound"
    | "foreign"
    | "needs-owns"
    | "account-type";
}
