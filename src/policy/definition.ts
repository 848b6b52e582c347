import type { PlaceholdersOf } from "../grammar/scope-syntax.js";

/** Texts of one scope in another language; what is left out falls back to the policy's own. */
export interface ScopeTexts {
  /** A short name of the scope. */
  readonly title?: string;
  /** What the scope opens, as a person who is asked for consent should read it. */
  readonly description?: string;
  /** Why granting it deserves a second look. */
  readonly warning?: string;
}

/**
 * What a policy may say of one scope. Every option may be left out.
 *
 * The type parameters are the names the policy declares; an undeclared one does not compile.
 */
export interface ScopeOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
> extends ScopeTexts {
  /** The heading it stands under on a consent screen and in the documentation. */
  readonly group?: string;
  /** Whether consent shows it checked before the person chooses; left out counts as checked, but only `"on"` is advertised (RFC 9728). */
  readonly default?: "on" | "off";
  /** Cannot be deselected at consent. */
  readonly required?: boolean;
  /** For first-party clients alone: never offered, never advertised, and worth nothing in a token of anybody else. */
  readonly reserved?: boolean;
  /** The lowest plan on which an alternative that names this scope can be met. */
  readonly tier?: Tier;
  /** The kinds of account for which an alternative that names this scope can be met. */
  readonly accountTypes?: readonly AccountType[];
  /** Scopes that a token holding this one holds too; transitive. Gates of the implied scope are not inherited by the implier. */
  readonly implies?: readonly Scope[];
  /** Older names of this scope: a token that holds one of them holds this. Never offered, never advertised. */
  readonly replaces?: readonly string[];
  /** Texts in other languages, by BCP 47 tag. */
  readonly locales?: { readonly [locale: string]: ScopeTexts };
}

/**
 * What an operation needs: one scope, or all of a list, or any of a list, nested freely. Exactly one of `scope`, `allOf`
 * and `anyOf` is given. Gates (`tier`, `accountTypes`) apply to every alternative beneath them.
 */
export interface RequirementOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
> {
  /** One scope. */
  readonly scope?: Scope;
  /** Every one of these. */
  readonly allOf?: readonly (Scope | RequirementOptions<Scope, Tier, AccountType, Param>)[];
  /** One of these is enough; the first declared is named first. */
  readonly anyOf?: readonly (Scope | RequirementOptions<Scope, Tier, AccountType, Param>)[];
  /** The lowest plan on which this can be met. */
  readonly tier?: Tier;
  /** The kinds of account for which this can be met. */
  readonly accountTypes?: readonly AccountType[];
  /** Renames placeholders: `{ accountID: "platformAccountID" }` binds `{accountID}` to the parameter `platformAccountID`. */
  readonly params?: { readonly [placeholder: string]: Param };
}

/** Which arguments of a call an audit event may show, and which it may show as a digest. */
export interface AuditOptions {
  /** Arguments whose values are written down. */
  readonly show?: readonly string[];
  /** Arguments whose values are written down as a digest. */
  readonly hash?: readonly string[];
}

/**
 * What a policy may say of one tool or endpoint: a requirement, or one of `deny`, `public` and `authenticated`, which
 * exclude the others (`authenticated` takes gates).
 */
export interface OperationOptions<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
> extends RequirementOptions<Scope, Tier, AccountType, Param> {
  /** Never allowed, whatever is held; the text is the reason that clients are told. */
  readonly deny?: string;
  /** Open without a token. */
  readonly public?: true;
  /** With `public`: a scope that adds detail. */
  readonly enrichedBy?: Scope;
  /** Any valid token will do; no scope of its own is needed. */
  readonly authenticated?: true;
  /** A short name of the operation. */
  readonly title?: string;
  /** What the operation does. */
  readonly description?: string;
  /** Left out of tool lists and of consent. */
  readonly hidden?: true;
  /** What audit events may show of a call. */
  readonly audit?: AuditOptions;
}

/** One entry of `tools` or `endpoints`; a bare string is one scope. */
export type OperationDefinition<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Param extends string = string,
> = Scope | OperationOptions<Scope, Tier, AccountType, Param>;

/** A named selection of scopes: a list, or every unreserved scope but some. */
export type BundleDefinition<Scope extends string = string> =
  | readonly Scope[]
  | { readonly every: true; readonly except?: readonly Scope[] };

/**
 * A policy as plain data; it can be JSON. Only `name`, `version` and `scopes` are needed.
 *
 * The type parameters are the names that the definition itself declares. They are inferred by `definePolicy`; for data
 * of unknown content they are `string`.
 */
export interface PolicyDefinition<
  Scope extends string = string,
  Tier extends string = string,
  AccountType extends string = string,
  Tool extends string = string,
  Endpoint extends string = string,
  Bundle extends string = string,
  Param extends string = string,
> {
  /** Whose policy it is; free text. */
  readonly name: string;
  /** Which edition of it; shown at consent, in receipts and in audit events. */
  readonly version: string;
  /** The plans, ascending: a gate `tier: "pro"` means pro or above. */
  readonly tiers?: readonly Tier[];
  /** The kinds of account. */
  readonly accountTypes?: readonly AccountType[];
  /** Every scope there is; a string is a description. */
  readonly scopes: {
    readonly [Name in Scope]:
      | string
      | ScopeOptions<NoInfer<Scope>, NoInfer<Tier>, NoInfer<AccountType>>;
  };
  /** Scopes that every tool needs besides its own rule; public tools and endpoints do not. */
  readonly baseline?: readonly NoInfer<Scope>[];
  /** Scopes granted when a request names none (RFC 6749, section 3.3). */
  readonly defaultScopes?: readonly NoInfer<Scope>[];
  /** Named selections of scopes. */
  readonly bundles?: { readonly [Name in Bundle]: BundleDefinition<NoInfer<Scope>> };
  /** What each tool needs. A name with `*` or `?` is a pattern. */
  readonly tools?: {
    readonly [Name in Tool]: OperationDefinition<
      NoInfer<Scope>,
      NoInfer<Tier>,
      NoInfer<AccountType>,
      Param
    >;
  };
  /** What each endpoint needs. A name is a method, one space and a path: `GET /v1/projects/:projectId`. */
  readonly endpoints?: {
    readonly [Name in Endpoint]: OperationDefinition<
      NoInfer<Scope>,
      NoInfer<Tier>,
      NoInfer<AccountType>,
      Param
    >;
  };
  /** What no scope covers, in words for people. */
  readonly notCovered?: readonly string[];
}

/** The names that a policy declares, as types; what {@link ScopeOf} and its sisters read. */
export interface PolicyTypes {
  /** Its scopes. */
  readonly scope: string;
  /** Its plans. */
  readonly tier: string;
  /** Its kinds of account. */
  readonly accountType: string;
  /** Its bundles. */
  readonly bundle: string;
  /** Its tools; a pattern stands as a template literal. */
  readonly tool: string;
  /** Its endpoints. */
  readonly endpoint: string;
  /** The definition as it was written, from which parameters are read. */
  readonly definition: unknown;
}

/** A tool name or pattern as a type: `list_*` becomes `` `list_${string}` ``. */
export type ToolName<Name extends string> = Name extends PatternLike ? Globbed<Name> : Name;

type PatternLike = `${string}*${string}` | `${string}?${string}`;

type Globbed<Pattern extends string> = Pattern extends `${infer Head}*${infer Tail}`
  ? `${Globbed<Head>}${string}${Globbed<Tail>}`
  : Pattern extends `${infer Head}?${infer Tail}`
    ? `${Head}${string}${Globbed<Tail>}`
    : Pattern;

/** Placeholder -> parameter: the nearest enclosing `params` names it, else its own name. */
type Renamed<Names, Placeholder> = Placeholder extends keyof Names
  ? Names[Placeholder]
  : Placeholder;

type ParamsIn<Rule, Names> = Rule extends string
  ? Renamed<Names, PlaceholdersOf<Rule>>
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

/** The rules of the patterns that fit a name. */
type PatternRule<Rules, Name, Key> = Key extends keyof Rules & string
  ? Name extends ToolName<Key>
    ? Rules[Key]
    : never
  : never;

/**
 * The names of the parameters of one operation; `never` where it has none.
 *
 * Its own entry, else every pattern that fits it. The brackets, and `infer Rule`, keep the compiler from working out the
 * parameters of every operation where one is meant: a policy of 1,200 tools would cost it three times as much
 * (`npm run types:cost`).
 */
export type ParamNames<Types extends PolicyTypes, Name> = Name extends string
  ? ParamsByName<Rules<Types["definition"]>, Name>
  : never;

type ParamsByName<Rules, Name> = [Name] extends [keyof Rules]
  ? Rules[Name] extends infer Rule
    ? ParamsIn<Rule, unknown>
    : never
  : PatternKey<Rules> extends infer Key
    ? Key extends keyof Rules & string
      ? Name extends ToolName<Key>
        ? ParamsIn<Rules[Key], unknown>
        : never
      : never
    : never;

/** Whether an operation may be open without a token: where its rule, or every pattern that fits its name, is public. */
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
