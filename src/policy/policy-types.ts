import type { PlaceholdersOf } from "../grammar/scope-syntax.js";
import type { PolicyDefinition } from "./definition.js";

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

/** A tool name or pattern as a type: `list_*` becomes `` `list_${string}` ``. */
export type ToolName<Name extends string> = Name extends PatternLike ? GlobMatch<Name> : Name;

type PatternLike = `${string}*${string}` | `${string}?${string}`;

type GlobMatch<Pattern extends string> = Pattern extends `${infer Head}*${infer Tail}`
  ? `${GlobMatch<Head>}${string}${GlobMatch<Tail>}`
  : Pattern extends `${infer Head}?${infer Tail}`
    ? `${Head}${string}${GlobMatch<Tail>}`
    : Pattern;

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
 * pattern that matches its name. With cases, the arguments that these compare, and the parameters of only some branches, are
 * optional, and their names are an {@link OptionalParam}.
 *
 * The brackets and `infer Rule` keep the compiler from computing the parameters of every operation when one is asked for. Without
 * them, a policy of 1,200 tools costs three times as much (`npm run types:cost`).
 */
export type ParamNames<Types extends PolicyTypes, Name> = Name extends string
  ? ParamsByName<Rules<Types["definition"]>, Name>
  : never;

type ParamsByName<Rules, Name> = [Name] extends [keyof Rules]
  ? Rules[Name] extends infer Rule
    ? ParamsOfRule<Rule>
    : never
  : PatternKey<Rules> extends infer Key
    ? Key extends keyof Rules & string
      ? Name extends ToolName<Key>
        ? ParamsOfRule<Rules[Key]>
        : never
      : never
    : never;

type ParamsOfRule<Rule> = Rule extends {
  readonly cases: readonly (infer Case)[];
  readonly otherwise: infer Otherwise;
}
  ? MergedParams<BranchParams<Case | Otherwise>, ComparedBy<Case>> | ParamsWithin<Rule>
  : ParamsIn<Rule, unknown> | ParamsWithin<Rule>;

/** The parameters that must be within a boundary. */
type ParamsWithin<Rule> = Rule extends { readonly within: infer Within }
  ? Within[keyof Within]
  : never;

/** For each branch, an object with its parameters. */
type BranchParams<Branch> = Branch extends unknown
  ? { readonly [Param in ParamsIn<Branch, unknown> & string]: string }
  : never;

type ComparedBy<Case> = Case extends { readonly when: infer When } ? keyof When & string : never;

/** The mark of an optional parameter in {@link ParamNames}: no placeholder begins with it. */
export type OptionalParam<Name extends string = string> = `?${Name}`;

/** The names of required parameters, which every branch has (`keyof` of a union), and the marked names of the others. */
type MergedParams<Params, Compared extends string> =
  | Exclude<keyof Params, Compared>
  | OptionalParam<Exclude<KeyOfEach<Params>, keyof Params> | Compared>;

type KeyOfEach<Params> = Params extends unknown ? keyof Params & string : never;

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
