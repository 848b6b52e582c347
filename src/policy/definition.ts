import type { PlaceholdersOf } from "../grammar/scope-syntax.js";
import type { PatternLike, ToolName } from "./tool-name-type.js";

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

/**
 * The options of one tool or endpoint: a requirement, or one of `deny`, `public` and `authenticated`. These exclude each other,
 * but `authenticated` accepts the conditions `tier`, `accountTypes`, `entitlement`, `within`, `acr` and `maxAge`.
 */
export interface OperationOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
  Entitlement extends string = string,
  Boundary extends string = string,
> extends RequirementOptions<Scope, Tier, AccountType, Param, Entitlement> {
  /**
   * Parameter names by boundary: with `{ project: "projectId" }`, the value of `projectId` must be one of those that the token has
   * for the boundary `project`. Default: none.
   */
  readonly within?: { readonly [Name in Boundary]?: Param | (string & {}) };
  /** Denies the operation for every token. The text is the reason in the response. */
  readonly deny?: string;
  /** Allows the operation without a token. */
  readonly public?: true;
  /** The scope for additional detail, or several: the decision lists those that are granted. It has no effect on who is allowed. */
  readonly enrichedBy?: Scope | readonly Scope[];
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
  /** The authentication context class, or several of which one is enough, that the token must name as `acr` (RFC 9470). */
  readonly acr?: string | readonly string[];
  /** The number of seconds since the user authenticated, `auth_time` of the token, after which a call is denied (RFC 9470). */
  readonly maxAge?: number;
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
> = Scope | OperationOptions<Scope, Tier, AccountType, Param, Entitlement, Boundary>;

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
> {
  /** The JSON Schema of the file, for editors. It is dropped: the policy does not contain it. */
  readonly $schema?: string;
  /** The name of the policy, as free text. */
  readonly name: string;
  /** The version of the policy. Consent pages, receipts and audit events include it. */
  readonly version: string;
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
      NoInfer<Boundary>
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
      NoInfer<Boundary>
    >;
  };
  /** What no scope covers, as texts for users. */
  readonly notCovered?: readonly string[];
}

/** The names that a policy declares, as types. {@link ScopeOf} and similar types read them. */
export interface PolicyTypes {
  /** Names of the scopes. */
  readonly scope: string;
  /** Names of the tiers. */
  readonly tier: string;
  /** Names of the account types. */
  readonly accountType: string;
  /** Names of the bundles. */
  readonly bundle: string;
  /** Names of the tools. A pattern is a template literal type. */
  readonly tool: string;
  /** Names of the endpoints. */
  readonly endpoint: string;
  /** The literal type of the definition, from which parameter names are inferred. */
  readonly definition: unknown;
}

/** The names that a definition declares, as types. For a definition of unknown content, they are {@link PolicyTypes}. */
export type PolicyTypesOf<Definition extends PolicyDefinition> =
  string extends keyof Definition["scopes"]
    ? PolicyTypes
    : {
        readonly scope: keyof Definition["scopes"] & string;
        readonly tier: ItemOf<Definition["tiers"]>;
        readonly accountType: ItemOf<Definition["accountTypes"]>;
        readonly bundle: NameIn<Definition["bundles"]>;
        readonly tool: ToolName<NameIn<Definition["tools"]>>;
        readonly endpoint: NameIn<Definition["endpoints"]>;
        readonly definition: Definition;
      };

type ItemOf<List> = List extends readonly (infer Item extends string)[] ? Item : never;

type NameIn<Entries> = Entries extends object ? keyof Entries & string : never;

/** The parameter of a placeholder: the one in the nearest enclosing `params`, otherwise the one of the same name. */
type ParamOfPlaceholder<Names, Placeholder> = Placeholder extends keyof Names
  ? Names[Placeholder]
  : Placeholder;

type ParamsIn<Rule, Names> = Rule extends string
  ? ParamOfPlaceholder<Names, PlaceholdersOf<Rule>>
  : Rule extends { readonly params: infer Own }
    ? ParamsOfPart<Rule, Omit<Names, keyof Own> & Own>
    : ParamsOfPart<Rule, Names>;

type ParamsOfPart<Rule, Names> = Rule extends { readonly scope: infer Scope }
  ? ParamsIn<Scope, Names>
  : Rule extends { readonly anyOf: readonly (infer Part)[] }
    ? ParamsIn<Part, Names>
    : Rule extends { readonly allOf: readonly (infer Part)[] }
      ? ParamsIn<Part, Names>
      : never;

type Rules<Definition> = Definition extends { readonly tools: infer Tools }
  ? Definition extends { readonly endpoints: infer Endpoints }
    ? Tools & Endpoints
    : Tools
  : Definition extends { readonly endpoints: infer Endpoints }
    ? Endpoints
    : unknown;

type PatternKey<Rules> = Extract<keyof Rules, PatternLike>;

/** The rules of the patterns that match a name. */
type PatternRule<Rules, Name, Key> = Key extends keyof Rules & string
  ? Name extends ToolName<Key>
    ? Rules[Key]
    : never
  : never;

/**
 * The names of the parameters of one operation, or `never` if it has none. They come from its own entry, otherwise from every
 * pattern that matches its name.
 *
 * The brackets and `infer Rule` keep the compiler from computing the parameters of every operation when one is asked for. Without
 * them, a policy of 1,200 tools costs three times as much (`npm run types:cost`).
 */
export type ParamNames<Types extends PolicyTypes, Name> = Name extends string
  ? ParamsByName<Rules<Types["definition"]>, Name>
  : never;

type ParamsByName<Rules, Name> = [Name] extends [keyof Rules]
  ? Rules[Name] extends infer Rule
    ? ParamsIn<Rule, unknown> | ParamsWithin<Rule>
    : never
  : PatternKey<Rules> extends infer Key
    ? Key extends keyof Rules & string
      ? Name extends ToolName<Key>
        ? ParamsIn<Rules[Key], unknown> | ParamsWithin<Rules[Key]>
        : never
      : never
    : never;

type ParamsWithin<Rule> = Rule extends { readonly within: infer Within }
  ? Within[keyof Within]
  : never;

/** Whether an operation is allowed without a token: its rule, or every pattern that matches its name, is public. */
export type IsPublic<Types extends PolicyTypes, Name> = unknown extends Types["definition"]
  ? true
  : PublicByName<Rules<Types["definition"]>, Name>;

type PublicByName<Rules, Name> = [Name] extends [keyof Rules]
  ? Rules[Name] extends { readonly public: true }
    ? true
    : false
  : PatternRule<Rules, Name, PatternKey<Rules>> extends { readonly public: true }
    ? true
    : false;
