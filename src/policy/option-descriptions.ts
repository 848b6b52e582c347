// Generated from the docblocks of definition.ts by `node scripts/option-descriptions.mjs`: change them there.

/** Descriptions of the options of a policy, by type and option, for the JSON Schema. */
export const OPTION_DESCRIPTIONS = {
  ScopeTexts: {
    title: "A short name of the scope.",
    description: "What the scope allows, as text for the user on the consent page.",
    warning: "The risk of granting the scope, as text for the user.",
  },
  ScopeOptions: {
    group: "The heading of the scope on the consent page and in the documentation.",
    default:
      'Whether the consent page shows the scope preselected. Default: preselected, but discovery metadata (RFC 9728) lists only scopes with `"on"`.',
    required: "Whether the user cannot deselect the scope at consent. Default: `false`.",
    reserved:
      "Whether the scope is for first-party clients only. It is never offered or advertised, and has no effect in the token of a third party. Default: `false`.",
    restricted:
      "Whether the scope is only for clients that the server approved: those with it in their `approvedScopes`. Other clients are not offered it, cannot register it, and lose it at a refresh. In a token it counts for every client. Default: `false`.",
    tier: "The lowest tier on which an alternative with this scope can be satisfied. Default: any tier.",
    accountTypes:
      "The account types for which an alternative with this scope can be satisfied. Default: any account type.",
    entitlement:
      "The entitlement without which no alternative with this scope can be satisfied. Default: none.",
    implies:
      "Scopes that a token with this scope has in addition, transitively. This scope does not inherit their conditions.",
    replaces:
      "Older names of this scope. Each of them in a token grants this scope. They are never offered or advertised.",
    match:
      'The rule by which a granted scope covers others. `"parent"`: the declared names below it. `"wildcard"`: the declared names that the `*` segments of its name match. `"path-prefix"`: the values below its own, by whole segments. `"smart"`: letters of SMART on FHIR. `"registry"`: actions of a container registry. Default: `"exact"`, the same text.',
    locales: "Texts in other languages, by BCP 47 language tag.",
  },
  RequirementOptions: {
    scope: "The one scope that is required.",
    allOf: "Requirements that must all be satisfied.",
    anyOf: "Requirements of which one must be satisfied. Denials name them in declared order.",
    tier: "The lowest tier on which this can be satisfied. Default: any tier.",
    accountTypes: "The account types for which this can be satisfied. Default: any account type.",
    entitlement: "The entitlement without which this cannot be satisfied. Default: none.",
    params:
      'Parameter names by placeholder: `{ accountID: "platformAccountID" }` fills `{accountID}` with the parameter `platformAccountID`. Default: the same name.',
  },
  AuditOptions: {
    show: "Names of arguments whose values are recorded.",
    hash: "Names of arguments whose values are recorded as a digest.",
  },
  CommonOptions: {
    enrichedBy:
      "The scope for additional detail, or several: the decision lists those that are granted. It has no effect on who is allowed.",
    acr: "The authentication context class, or several of which one is enough, that the token must name as `acr` (RFC 9470).",
    maxAge:
      "The number of seconds since the user authenticated, `auth_time` of the token, after which a call is denied (RFC 9470).",
  },
  BranchOptions: {
    deny: "Denies the calls that reach this branch, for every token. The text is the reason in the response.",
  },
  CaseOptions: {
    when: 'The value, or the list of values, that each of these arguments must have. Only own arguments at the top level are compared, by type and value: `1` is not `"1"`. At an endpoint, the arguments are the path parameters, which are strings, and what the option `params` of the gate returns.',
  },
  OperationOptions: {
    within:
      'Parameter names by boundary: with `{ project: "projectId" }`, the value of `projectId` must be one of those that the token has for the boundary `project`. With `cases`, it applies to every branch. Default: none.',
    cases:
      "Requirements by the values of arguments: the first case whose `when` is met decides, otherwise `otherwise`, which is then required. `acr`, `maxAge` and `enrichedBy` beside them apply to each branch that has none of its own.",
    otherwise:
      "With `cases`: the requirement of a call that meets no case, such as one that leaves out or mistypes an argument.",
    weakOtherwise:
      "With `cases`: accepts that a call can reach a weaker requirement by leaving out or mistyping an argument. Without it, the policy is rejected with `weak_otherwise`.",
    deny: "Denies the operation for every token. The text is the reason in the response.",
    public: "Allows the operation without a token.",
    authenticated: "Allows the operation with any valid token. It requires no scope of its own.",
    title: "A short name of the operation for users.",
    description: "A description of the operation for users.",
    hidden: "Omits the operation from tool lists and from consent.",
    internal:
      "Makes the operation unknown to every gate: only `decide`, `authorize` and `operation` of the policy know it.",
    audit: "The arguments of a call that audit events include.",
  },
  BoundaryOptions: {
    claim: "The claim of the token that lists the values.",
    title: "The heading of the choice on the consent page. Default: the name of the boundary.",
    absent: 'The values of a token without the claim: no value, or every value. Default: `"none"`.',
  },
  BundleDefinition: {
    every: "Selects every unreserved scope.",
    except: "The scopes that are left out. Default: none.",
  },
  PolicyTexts: {
    groups: "Headings by the `group` of scopes.",
    bundles: "Titles by the name of a bundle.",
    boundaries: "Headings of the choice by the name of a boundary.",
    notCovered: "Texts by the text in `notCovered`.",
  },
  AcceptedFinding: {
    code: 'The code of the finding, such as `"unused_scope"`.',
    path: 'The place of the finding, exactly as it names it: `scopes["admin:read"]`.',
    reason: "Why the finding is accepted, as text for reviewers.",
  },
  PolicyDefinition: {
    $schema:
      "The JSON Schema of the file, for editors. It is dropped: the policy does not contain it.",
    name: "The name of the policy, as free text.",
    version: "The version of the policy. Consent pages, receipts and audit events include it.",
    language:
      "The language of the policy's own texts, as a BCP 47 tag. Consent pages mark untranslated texts with it. Default: unknown.",
    tiers:
      'The tiers in ascending order. The condition `tier: "pro"` means `pro` or a higher tier.',
    accountTypes: "The account types.",
    entitlements: "The entitlements: additions that an account has or does not have, in no order.",
    boundaries:
      "The boundaries by name. Operations with the option `within` require a value of them.",
    scopes: "All scopes by name. A string is a description.",
    baseline:
      "Scopes that every tool requires in addition to its own rule. Public tools and endpoints do not require them.",
    defaultScopes: "Scopes for authorization requests without a scope (RFC 6749, section 3.3).",
    bundles: "Selections of scopes by name.",
    tools: "The requirement of each tool. A name with `*` or `?` is a pattern.",
    endpoints:
      "The requirement of each endpoint. A name is a method, one space and a path: `GET /v1/projects/:projectId`. A segment can have text beside a placeholder (`{name}:cancel`), and the last one can be a catch-all for one or more segments (`{path*}`).",
    notCovered: "What no scope covers, as texts for users.",
    locales:
      "Names of groups, bundles and boundaries, and what no scope covers, in other languages, by BCP 47 tag.",
    lint: "The accepted findings of `lintPolicy`. It omits them, and reports those that no longer occur. They have no effect on decisions.",
  },
} as const;
