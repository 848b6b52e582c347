// The rules for data that a policy cannot hold as it is. Each use is counted in the output, and README.md lists the same texts.

export const RULES = {
  "repeated-member": "a repeated key of one object: the last one counts",
  "text-for-list": "a text in the place of a list counts as a list of one",
  "repeated-scope": "a scope that is declared again is one scope",
  "undeclared-scope": "a scope that is used and not declared is declared",
  "scope-parameter": "`[name]` in a scope is the placeholder `{name}` if `parameters` lists it",
  "repeated-in-alternative": "a scope that an alternative repeats counts once",
  "repeated-alternative": "an alternative that an operation repeats counts once",
  "no-alternative": "an empty `anyOf` is a denied operation",
  "impossible-alternative": "an alternative with a text that is not a scope-token is left out",
  "self-implication": "a scope that implies itself does so anyway",
  "missing-id": "an operation without an id is named after its method and path",
  "repeated-id": "an id that is used again gets a number",
  "tool-name":
    "a character outside `A-Z a-z 0-9 _ . -` of a tool name is `_`, and a long name is cut",
  "not-http": "an operation whose method or path is not one of HTTP is a tool",
  "same-endpoint":
    "an endpoint that differs from an earlier one in parameter names or letter case is a tool",
  "tool-parameter": "an endpoint whose scope has a placeholder that is not in the path is a tool",
  "trailing-slash": "a slash at the end of a path is removed",
  query: "`?` and what follows it in a path is removed",
  "parameter-name": "a character outside `A-Z a-z 0-9 _` of a path parameter is `_`",
  "resource-pattern":
    "`{name=projects/*}` in a path is `projects/{name}`, and `{+name}` is `{name*}`",
  "star-segment": "a segment `*` is a parameter, and `**` at the end is a catch-all",
  filter: "`filtersResponse` is `enrichedBy` of a tool",
  condition: "a branch of `conditional` is a case with an argument that holds the text of `when`",
} as const;

export type RuleId = keyof typeof RULES;
