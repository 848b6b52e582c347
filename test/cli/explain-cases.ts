/** A call to explain, the exit code, and texts that the output contains (`says`) and does not contain (`silent`). */
export interface ExplainCase {
  readonly title: string;
  readonly argv: readonly string[];
  readonly code: 0 | 3;
  readonly says: readonly string[];
  readonly silent?: readonly string[];
}

/** Calls explained by the small policy. Titles complete the sentence "explain ...". */
export const EXPLAIN_CASES: readonly ExplainCase[] = [
  {
    title: "reports an allowed call",
    argv: ["list_orders", "--scope", "mcp:tools orders:read"],
    code: 0,
    says: [
      "YES: list_orders is allowed.",
      "The token is sufficient: it contains orders:read and mcp:tools.",
      "Decision code: allowed. Shop, version 7.",
    ],
    silent: ["What would change the decision"],
  },
  {
    title: "names an older name of a scope in the token",
    argv: ["list_orders", "--scope", "mcp:tools purchases:read"],
    code: 0,
    says: ["purchases:read  older name of orders:read; Read orders."],
  },
  {
    title: "names the scopes that a scope in the token implies",
    argv: ["list_orders", "--scope", "mcp:tools orders:write"],
    code: 0,
    says: ["orders:write  Change orders; also grants orders:read"],
  },
  {
    title: "allows a public tool without a token",
    argv: ["search", "--no-token"],
    code: 0,
    says: ["YES: search is allowed.", "It requires no scope."],
    silent: ["In the token"],
  },
  {
    title: "reports that a token adds detail to a public tool",
    argv: ["search", "--scope", "stock:read"],
    code: 0,
    says: ["It requires no scope, and the token contains stock:read for additional detail."],
  },
  {
    title: "allows an authenticated endpoint with a token without scopes",
    argv: ["GET /me"],
    code: 0,
    says: ["YES: GET /me is allowed.", "no scopes"],
  },
  {
    title: "names one missing scope and the sufficient alternatives",
    argv: ["get_stock", "--scope", "mcp:tools"],
    code: 3,
    says: [
      "NO: get_stock requires a scope that the token does not contain.",
      "Missing: stock:read (Read the stock)",
      "Any one of these is sufficient: stock:read and mcp:tools, or orders:write and mcp:tools.",
      "- the user's consent to the scope stock:read (Read the stock)",
    ],
  },
  {
    title: "names every missing scope",
    argv: ["list_orders"],
    code: 3,
    says: [
      "NO: list_orders requires scopes that the token does not contain.",
      "Missing: orders:read (Read orders)",
      "Missing: mcp:tools (Call tools)",
      "the scopes orders:read (Read orders) and mcp:tools (Call tools)",
    ],
    silent: ["Any one of these"],
  },
  {
    title: "reports a tier that is too low",
    argv: ["buy_ad", "--scope", "mcp:tools ads:write", "--tier", "free"],
    code: 3,
    says: [
      "requires the pro tier: upgrade required.",
      "The token's tier is free.",
      "- an upgrade to the pro tier\n",
    ],
  },
  {
    title: "lists the tier and the scope that a token lacks",
    argv: ["buy_ad", "--scope", "mcp:tools"],
    code: 3,
    says: [
      "The token names no tier",
      "1. an upgrade to the pro tier",
      "2. the user's consent to the scope ads:write",
    ],
    silent: ["would not help"],
  },
  {
    title: "reports an account type that the condition excludes",
    argv: ["rename_shop", "--scope", "mcp:tools shop:write", "--account-type", "buyer"],
    code: 3,
    says: [
      "NO: rename_shop is not available to this account type. Available to: seller accounts.",
      "The token's account type is buyer.",
      "- another account: available to seller accounts",
      "Requesting more scopes would not help.",
    ],
  },
  {
    title: "reports a token without an account type",
    argv: ["rename_shop"],
    code: 3,
    says: ["The token names no account type.", "1. another account", "2. the user's consent"],
  },
  {
    title: "prints the reason of a denied tool",
    argv: ["close_shop", "--scope", "mcp:tools root", "--first-party"],
    code: 3,
    says: [
      "NO: close_shop is never allowed.",
      "Only by letter.",
      "Nothing: no scope and no tier allows it.",
      "client: first-party",
    ],
  },
  {
    title: "prints the reason of a pattern that denies a tool with its own entry",
    argv: ["drop_index", "--scope", "mcp:tools stock:read"],
    code: 3,
    says: ["NO: drop_index is never allowed.", "Never drop."],
  },
  {
    title: "names all patterns that match a tool without its own entry",
    argv: ["export_all", "--scope", "mcp:tools orders:read"],
    code: 3,
    says: [
      "export_all has no entry of its own: all of the patterns export_* and *_all apply.",
      "1. an upgrade to the pro tier",
      "2. the user's consent to the scope stock:read",
    ],
  },
  {
    title: "names the one pattern that matches a tool without its own entry",
    argv: ["list_all", "--scope", "mcp:tools stock:read"],
    code: 0,
    says: ["list_all has no entry of its own: the pattern *_all applies."],
  },
  {
    title: "names the denied pattern that matches a tool without its own entry",
    argv: ["drop_it"],
    code: 3,
    says: ["NO: drop_it is never allowed.", "the pattern drop_* applies"],
  },
  {
    title: "reports a reserved scope in the token of a third-party client",
    argv: ["wipe", "--scope", "mcp:tools root"],
    code: 3,
    says: [
      "NO: only first-party clients of Shop may call wipe.",
      "root       reserved: has no effect in the token of a third-party client",
      "- a call by a first-party client of Shop",
      "Requesting more scopes would not help.",
    ],
  },
  {
    title: "allows a reserved scope in the token of a first-party client",
    argv: ["wipe", "--scope", "mcp:tools root", "--first-party"],
    code: 0,
    says: ["YES: wipe is allowed."],
  },
  {
    title: "reports a call without a token",
    argv: ["list_orders", "--no-token"],
    code: 3,
    says: [
      "NO: list_orders requires a token.",
      "1. signing in, so that the call carries a token",
      "2. the user's consent",
    ],
    silent: ["In the token"],
  },
  {
    title: "reports a missing parameter",
    argv: ["transfer", "--scope", "/accounts/a/"],
    code: 3,
    says: [
      "NO: the call needs a valid value for the parameter `from`.",
      "No value was given for `from` (--param from=…).",
      "A call with a safe value for this parameter.",
    ],
  },
  {
    title: "reports an unsafe value of a parameter",
    argv: ["transfer", "--param", "from=../a"],
    code: 3,
    says: ["The value given, `../a`, is not safe"],
  },
  {
    title: "reports an unsafe value in the path of a request",
    argv: ["GET /accounts/a%20b"],
    code: 3,
    says: ["The value in the path, `a b`, is not safe"],
  },
  {
    title: "takes the value of a parameter from --param",
    argv: ["transfer", "--scope", "mcp:tools /accounts/a=b/ /accounts/a/", "--param", "from=a"],
    code: 0,
    says: ["YES: transfer is allowed."],
  },
  {
    title: "reports a token that is bound to another value",
    argv: ["transfer", "--scope", "mcp:tools /accounts/a/", "--param", "from=b"],
    code: 3,
    says: [
      "NO: the token is bound to another from.",
      "Requested: `b`.",
      "The token contains `/accounts/a/`.",
      "1. a token bound to from `b`",
      "2. the user's consent to the scope /accounts/b/ (Read one account)",
    ],
  },
  {
    title: "names the endpoint that a request matches",
    argv: ["GET /accounts/a", "--scope", "/accounts/a/"],
    code: 0,
    says: ["The request GET /accounts/a matches the endpoint GET /accounts/{id}."],
  },
  {
    title: "accepts an endpoint by its name",
    argv: ["GET /accounts/{id}", "--scope", "/accounts/a/", "--param", "id=a"],
    code: 0,
    says: ["YES: GET /accounts/{id} is allowed."],
    silent: ["matches the endpoint"],
  },
  {
    title: "matches a HEAD request to the GET endpoint",
    argv: ["HEAD /orders", "--scope", "orders:read"],
    code: 0,
    says: ["The request HEAD /orders matches the endpoint GET /orders."],
  },
  {
    title: "suggests a name for an unknown tool",
    argv: ["list_ordres"],
    code: 3,
    says: [
      "NO: Shop has no operation `list_ordres`; unknown operations are denied.",
      "The policy has no tool with this name.",
      "Did you mean `list_orders`?",
    ],
  },
  {
    title: "suggests nothing for a name that resembles no other",
    argv: ["zzz"],
    code: 3,
    says: ["NO: Shop has no operation `zzz`"],
    silent: ["Did you mean"],
  },
  {
    title: "asks for upper case when the method is in lower case",
    argv: ["get /orders"],
    code: 3,
    says: ["Methods must be in upper case.", "Did you mean `GET /orders`?"],
  },
  {
    title: "reports a path with a query",
    argv: ["GET /orders?all=1"],
    code: 3,
    says: ["The segment `orders?all=1` is not canonical"],
  },
  {
    title: "reports a request that matches no endpoint",
    argv: ["GET /nowhere"],
    code: 3,
    says: ["No endpoint of the policy matches this request."],
  },
  {
    title: "marks an unknown scope in the token",
    argv: ["GET /me", "--scope", "orders:reed"],
    code: 0,
    says: ["orders:reed  unknown to this policy: grants nothing; did you mean orders:read?"],
  },
  {
    title: "reports a malformed scope",
    argv: ["GET /me", "--scope", "orders:read  stock:read"],
    code: 3,
    says: [
      "NO: the token is invalid and grants nothing.",
      "malformed: expected one space between two scope-tokens, not more (at",
      "A token with a well-formed scope",
    ],
  },
  {
    title: "marks a scope with a forbidden character",
    argv: ["GET /me", "--scope", 'a"b'],
    code: 3,
    says: ['a"b  malformed, which makes the whole token invalid'],
  },
  {
    title: "marks a scope whose placeholder has no value",
    argv: ["GET /me", "--scope", "/accounts/{id}/"],
    code: 3,
    says: [
      "`/accounts/{id}/` is a template: replace the braces with a value",
      "/accounts/{id}/  a placeholder without a value, which makes the whole token invalid",
    ],
  },
];
