import type { ScopeTokenSyntax } from "../grammar/scope-syntax.js";
import type { Template } from "../grammar/template.js";
import type { TemplateIndex } from "../grammar/template-index.js";
import type { StepBudget } from "./suggest.js";

/** A declared name that is compared with others when a policy is compiled. */
export interface ComparedName {
  readonly token: ScopeTokenSyntax;
}

/** How scope tokens are compared with the names of a policy that have the rule. Each member is an own one, so that none is inherited. */
export interface MatchingRule {
  /** Returns why a name cannot have the rule; `undefined` if it can. */
  readonly faultOf: (name: ScopeTokenSyntax) => string | undefined;
  /** Creates the index that finds the names that a scope token matches. Its cost must not grow with the number of names. */
  readonly index: <Item extends { readonly template: Template }>(
    items: readonly Item[],
  ) => TemplateIndex<Item>;
  /** Returns the template of a name that can have the rule: that of the exact rule, with its own values. Default: the same. */
  readonly template: ((exact: Template) => Template) | undefined;
  /**
   * Yields templates, as texts, for all scope tokens that match some names with the rule, as far as the number of slashes is one of those
   * given. By default, these are the names themselves.
   */
  readonly spread:
    | (<Item extends { readonly template: Template }>(
        items: readonly Item[],
        slashes: ReadonlySet<number>,
      ) => Iterable<readonly [item: Item, text: string]>)
    | undefined;
  /**
   * Returns scope tokens that name a name with a granted value, alone and together with others of some names. Any other such token
   * grants at least as much as one of them. By default, this is the name with the value.
   *
   * @param unused - letters that no name contains
   */
  readonly spellings:
    | ((
        template: Template,
        names: readonly Template[],
        value: string,
        unused: string,
      ) => readonly string[])
    | undefined;
  /** Yields each of some names with the names that it covers, all of them without placeholders. Stops when no steps are left. */
  readonly covered:
    | (<Name extends ComparedName>(
        covering: readonly Name[],
        names: readonly Name[],
        steps: StepBudget,
      ) => Iterable<readonly [covering: Name, covered: Name]>)
    | undefined;
}
