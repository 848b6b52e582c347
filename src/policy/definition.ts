import type { LintCode } from "./lint-codes.js";

/** Texts of one scope in another language. Default of each text: the policy's own. */
export interface ScopeTexts {
  /** A short name of the scope. */
  readonly title?: string;
  /** What the scope allows, as text for the user on the consent page. */
  readonly description?: string;
  /** The risk of granting the scope, as text for the user. */
  readonly warning?: string;
}

/**
 * The options of one scope. All are optional.
 *
 * The type parameters are the names that the policy declares. Undeclared names do not compile.
 */
export interface ScopeOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Entitlement extends string = string,
> extends ScopeTexts {
  /** The heading of the scope on the consent page and in the documentation. */
  readonly group?: string;
  /**
   * Whether the consent page shows the scope preselected. Default: preselected, but discovery metadata (RFC 9728) lists only
   * scopes with `"on"`.
   */
  readonly default?: "on" | "off";
  /** Whether the user cannot deselect the scope at consent. Default: `false`. */
  readonly required?: boolean;
  /**
   * Whether the scope is for first-party clients only. It is never offered or advertised, and has no effect in the token of a
   * third party. Default: `false`.
   */
  readonly reserved?: boolean;
  /**
   * Whether the scope is only for clients that the server approved: those with it in their `approvedScopes`. Other clients are
   * not offered it, cannot register it, and lose it at a refresh. In a token it counts for every client. Default: `false`.
   */
  readonly restricted?: boolean;
  /** The lowest tier on which an alternative with this scope can be satisfied. Default: any tier. */
  readonly tier?: Tier;
  /** The account types for which an alternative with this scope can be satisfied. Default: any account type. */
  readonly accountTypes?: readonly AccountType[];
  /** The entitlement without which no alternative with this scope can be satisfied. Default: none. */
  readonly entitlement?: Entitlement;
  /** Scopes that a token with this scope has in addition, transitively. This scope does not inherit their conditions. */
  readonly implies?: readonly Scope[];
  /** Older names of this scope. Each of them in a token grants this scope. They are never offered or advertised. */
  readonly replaces?: readonly string[];
  /**
   * The rule by which a granted scope covers others. `"parent"`: the declared names below it. `"wildcard"`: the declared names that the `*`
   * segments of its name match. `"path-prefix"`: the values below its own, by whole segments. `"smart"`: letters of SMART on FHIR.
   * `"registry"`: actions of a container registry. Default: `"exact"`, the same text.
   */
  readonly match?: "exact" | "parent" | "wildcard" | "path-prefix" | "smart" | "registry";
  /** Texts in other languages, by BCP 47 language tag. */
  readonly locales?: { readonly [locale: string]: ScopeTexts };
}

/**
 * What an operation requires: one scope, all of a list, or any of a list, at any depth. Give exactly one of `scope`, `allOf`
 * and `anyOf`. The conditions `tier`, `accountTypes` and `entitlement` apply to every alternative inside.
 */
export interface RequirementOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
> {
  /** The one scope that is required. */
  readonly scope?: Scope;
  /** Requirements that must all be satisfied. */
  readonly allOf?: readonly (
    | Scope
    | RequirementOptions<Scope, Tier, AccountType, Param, Entitlement>
  )[];
  /** Requirements of which one must be satisfied. Denials name them in declared order. */
  readonly anyOf?: readonly (
    | Scope
    | RequirementOptions<Scope, Tier, AccountType, Param, Entitlement>
  )[];
  /** The lowest tier on which this can be satisfied. Default: any tier. */
  readonly tier?: Tier;
  /** The account types for which this can be satisfied. Default: any account type. */
  readonly accountTypes?: readonly AccountType[];
  /** The entitlement without which this cannot be satisfied. Default: none. */
  readonly entitlement?: Entitlement;
  /**
   * Parameter names by placeholder: `{ accountID: "platformAccountID" }` fills `{accountID}` with the parameter
   * `platformAccountID`. Default: the same name.
   */
  readonly params?: { readonly [placeholder: string]: Param };
}

/** The arguments of a call that audit events include as values or as digests. Default: none. */
export interface AuditOptions {
  /** Names of arguments whose values are recorded. */
  readonly show?: readonly string[];
  /** Names of arguments whose values are recorded as a digest. */
  readonly hash?: readonly string[];
}

/** One JSON value that a case compares an argument with, by type and value. */
export type CaseValue = string | number | boolean | null;

/** The options that an operation and a branch of it have in addition to a requirement. */
export interface CommonOptions<Scope extends string = string> {
  /** The scope for additional detail, or several: the decision lists those that are granted. It has no effect on who is allowed. */
  readonly enrichedBy?: Scope | readonly Scope[];
  /** The authentication context class, or several of which one is enough, that the token must name as `acr` (RFC 9470). */
  readonly acr?: string | readonly string[];
  /** The number of seconds since the user authenticated, `auth_time` of the token, after which a call is denied (RFC 9470). */
  readonly maxAge?: number;
}

/** One branch of an operation whose requirement depends on arguments: a requirement, or `deny`. */
export interface BranchOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
> extends RequirementOptions<Scope, Tier, AccountType, Param, Entitlement>,
    CommonOptions<Scope> {
  /** Denies the calls that reach this branch, for every token. The text is the reason in the response. */
  readonly deny?: string;
}

/** A branch for the calls whose arguments have certain values. */
export interface CaseOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
> extends BranchOptions<Scope, Tier, AccountType, Param, Entitlement> {
  /**
   * The value, or the list of values, that each of these arguments must have. Only own arguments at the top level are compared,
   * by type and value: `1` is not `"1"`. At an endpoint, the arguments are the path parameters, which are strings, and what the
   * option `params` of the gate returns.
   */
  readonly when: { readonly [argument: string]: CaseValue | readonly CaseValue[] };
}

/**
 * The options of one tool or endpoint: a requirement, or one of `cases`, `deny`, `public` and `authenticated`. These exclude each
 * other, but `authenticated` accepts the conditions `tier`, `accountTypes`, `entitlement`, `within`, `acr` and `maxAge`.
 */
export interface OperationOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
  Boundary extends string = string,
  Limited extends string = string,
> extends RequirementOptions<Scope, Tier, AccountType, Param, Entitlement>,
    CommonOptions<Scope> {
  /**
   * Parameter names by boundary: with `{ project: "projectId" }`, the value of `projectId` must be one of those that the token has
   * for the boundary `project`. With `cases`, it applies to every branch. Default: none.
   */
  // `undefined` for a policy without boundaries, because a mapped type without names accepts every object
  readonly within?: [Boundary] extends [never]
    ? undefined
    : { readonly [Name in Boundary]?: Limited };
  /**
   * Requirements by the values of arguments: the first case whose `when` is met decides, otherwise `otherwise`, which is then
   * required. `acr`, `maxAge` and `enrichedBy` beside them apply to each branch that has none of its own.
   */
  readonly cases?: readonly CaseOptions<Scope, Tier, AccountType, Param, Entitlement>[];
  /** With `cases`: the requirement of a call that meets no case, such as one that leaves out or mistypes an argument. */
  readonly otherwise?: Scope | BranchOptions<Scope, Tier, AccountType, Param, Entitlement>;
  /**
   * With `cases`: accepts that a call can reach a weaker requirement by leaving out or mistyping an argument. Without it, the
   * policy is rejected with `weak_otherwise`.
   */
  readonly weakOtherwise?: true;
  /** Denies the operation for every token. The text is the reason in the response. */
  readonly deny?: string;
  /** Allows the operation without a token. */
  readonly public?: true;
  /** Allows the operation with any valid token. It requires no scope of its own. */
  readonly authenticated?: true;
  /** A short name of the operation for users. */
  readonly title?: string;
  /** A description of the operation for users. */
  readonly description?: string;
  /** Omits the operation from tool lists and from consent. */
  readonly hidden?: true;
  /** Makes the operation unknown to every gate: only `decide`, `authorize` and `operation` of the policy know it. */
  readonly internal?: true;
  /** The arguments of a call that audit events include. */
  readonly audit?: AuditOptions;
}

/** One entry of `tools` or `endpoints`. A string is one scope. */
export type OperationDefinition<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
  Boundary extends string = string,
  Limited extends string = string,
> = Scope | OperationOptions<Scope, Tier, AccountType, Param, Entitlement, Boundary, Limited>;

/** A boundary: values that a token is limited to, such as the projects that the user chose for a client. */
export interface BoundaryOptions {
  /** The claim of the token that lists the values. */
  readonly claim: string;
  /** The heading of the choice on the consent page. Default: the name of the boundary. */
  readonly title?: string;
  /** The values of a token without the claim: no value, or every value. Default: `"none"`. */
  readonly absent?: "none" | "dangerouslyAll";
}

/** A selection of scopes: a list, or every unreserved scope with exceptions. */
export type BundleDefinition<Scope extends string = string> =
  | readonly Scope[]
  | {
      /** Selects every unreserved scope. */
      readonly every: true;
      /** The scopes that are left out. Default: none. */
      readonly except?: readonly Scope[];
    };

/** Texts of a policy in another language, by what they translate. Default of each text: the policy's own. */
export interface PolicyTexts {
  /** Headings by the `group` of scopes. */
  readonly groups?: { readonly [group: string]: string };
  /** Titles by the name of a bundle. */
  readonly bundles?: { readonly [bundle: string]: string };
  /** Headings of the choice by the name of a boundary. */
  readonly boundaries?: { readonly [boundary: string]: string };
  /** Texts by the text in `notCovered`. */
  readonly notCovered?: { readonly [text: string]: string };
}

/** A finding of `lintPolicy` that the author of the policy accepts. */
export interface AcceptedFinding {
  /** The code of the finding, such as `"unused_scope"`. */
  readonly code: LintCode;
  /** The place of the finding, exactly as it names it: `scopes["admin:read"]`. */
  readonly path: string;
  /** Why the finding is accepted, as text for reviewers. */
  readonly reason: string;
}

/**
 * A policy as plain data, such as JSON. Only `name`, `version` and `scopes` are required.
 *
 * The type parameters are the names that the definition declares. `definePolicy` infers them. For data with unknown content they
 * are `string`.
 */
export interface PolicyDefinition<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Tool extends string = string,
  Endpoint extends string = string,
  Bundle extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
  Boundary extends string = string,
  Limited extends string = string,
> {
  /** The JSON Schema of the file, for editors. It is dropped: the policy does not contain it. */
  readonly $schema?: string;
  /** The name of the policy, as free text. */
  readonly name: string;
  /** The version of the policy. Consent pages, receipts and audit events include it. */
  readonly version: string;
  /** The language of the policy's own texts, as a BCP 47 tag. Consent pages mark untranslated texts with it. Default: unknown. */
  readonly language?: string;
  /** The tiers in ascending order. The condition `tier: "pro"` means `pro` or a higher tier. */
  readonly tiers?: readonly Tier[];
  /** The account types. */
  readonly accountTypes?: readonly AccountType[];
  /** The entitlements: additions that an account has or does not have, in no order. */
  readonly entitlements?: readonly Entitlement[];
  /** The boundaries by name. Operations with the option `within` require a value of them. */
  readonly boundaries?: { readonly [Name in Boundary]: BoundaryOptions };
  /** All scopes by name. A string is a description. */
  readonly scopes: {
    readonly [Name in Scope]:
      | string
      | ScopeOptions<NoInfer<Scope>, NoInfer<Tier>, NoInfer<AccountType>, NoInfer<Entitlement>>;
  };
  /** Scopes that every tool requires in addition to its own rule. Public tools and endpoints do not require them. */
  readonly baseline?: readonly NoInfer<Scope>[];
  /** Scopes for authorization requests without a scope (RFC 6749, section 3.3). */
  readonly defaultScopes?: readonly NoInfer<Scope>[];
  /** Selections of scopes by name. */
  readonly bundles?: { readonly [Name in Bundle]: BundleDefinition<NoInfer<Scope>> };
  /** The requirement of each tool. A name with `*` or `?` is a pattern. */
  readonly tools?: {
    readonly [Name in Tool]: OperationDefinition<
      NoInfer<Scope>,
      NoInfer<Tier>,
      NoInfer<AccountType>,
      Param,
      NoInfer<Entitlement>,
      NoInfer<Boundary>,
      Limited
    >;
  };
  /**
   * The requirement of each endpoint. A name is a method, one space and a path: `GET /v1/projects/:projectId`. A segment can have text
   * beside a placeholder (`{name}:cancel`), and the last one can be a catch-all for one or more segments (`{path*}`).
   */
  readonly endpoints?: {
    readonly [Name in Endpoint]: OperationDefinition<
      NoInfer<Scope>,
      NoInfer<Tier>,
      NoInfer<AccountType>,
      Param,
      NoInfer<Entitlement>,
      NoInfer<Boundary>,
      Limited
    >;
  };
  /** What no scope covers, as texts for users. */
  readonly notCovered?: readonly string[];
  /** Names of groups, bundles and boundaries, and what no scope covers, in other languages, by BCP 47 tag. */
  readonly locales?: { readonly [locale: string]: PolicyTexts };
  /** The accepted findings of `lintPolicy`. It omits them, and reports those that no longer occur. They have no effect on decisions. */
  readonly lint?: readonly AcceptedFinding[];
}
