// The definitions that the brute force draws and reads: the part of a policy definition that it knows.

export type Scalar = string | number | boolean | null;

export interface Conditions {
  tier?: string;
  accountTypes?: string[];
  entitlement?: string;
}

export interface ScopeOptions extends Conditions {
  default?: "on" | "off";
  warning?: string;
  reserved?: true;
  restricted?: true;
  implies?: string[];
  replaces?: string[];
}

export type Requirement = string | RuleOptions;

export interface RuleOptions extends Conditions {
  scope?: string;
  allOf?: Requirement[];
  anyOf?: Requirement[];
  /** Parameter names by placeholder. */
  params?: Record<string, string>;
  /** Parameter names by boundary; at the top of an operation only. */
  within?: Record<string, string>;
  acr?: string | string[];
  maxAge?: number;
  enrichedBy?: string[];
  deny?: string;
  public?: true;
  authenticated?: true;
  cases?: CaseOptions[];
  otherwise?: Requirement;
  weakOtherwise?: true;
  hidden?: true;
  internal?: true;
}

export interface CaseOptions extends RuleOptions {
  when: Record<string, Scalar | Scalar[]>;
}

export interface Definition {
  name: string;
  version: string;
  tiers?: string[];
  accountTypes?: string[];
  entitlements?: string[];
  boundaries?: Record<string, { claim: string; absent?: "none" | "dangerouslyAll" }>;
  scopes: Record<string, ScopeOptions>;
  baseline?: string[];
  bundles?: Record<string, string[]>;
  tools: Record<string, Requirement>;
  endpoints: Record<string, Requirement>;
}

/** Parameters of a call by name. */
export type Params = Record<string, unknown>;

export const optionsOf = (rule: Requirement): RuleOptions =>
  typeof rule === "string" ? { scope: rule } : rule;

export const isPattern = (name: string): boolean => /[*?]/.test(name);

/** Returns the placeholders of a scope. */
export const placeholdersOf = (scope: string): string[] =>
  [...scope.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);

/** Returns the requirements of which a rule consists, at any depth, itself included. */
export function partsOf(rule: Requirement): RuleOptions[] {
  const options = optionsOf(rule);
  const { allOf = [], anyOf = [], cases = [], otherwise } = options;
  const inner = [...allOf, ...anyOf, ...cases, ...(otherwise === undefined ? [] : [otherwise])];
  return [options, ...inner.flatMap(partsOf)];
}
