/** A question, the exit code, and what the answer says and does not say. */
export interface ExplainCase {
  readonly title: string;
  readonly argv: readonly string[];
  readonly code: 0 | 3;
  readonly says: readonly string[];
  readonly silent?: readonly string[];
}

/** What is asked of the small policy, and what the answer says in so many words. */
export const EXPLAINED: readonly ExplainCase[] = [
  {
    title: "allowed",
    argv: ["list_orders", "--scope", "mcp:tools orders:read"],
    code: 0,
    says: [
      "YES: list_orders is allowed.",
      "The token holds what is needed: orders:read and mcp:tools.",
      "Answer code: allowed. Shop, version 7.",
    ],
    silent: ["What would change it"],
  },
  {
    title: "allowed by an older name",
    argv: ["list_orders", "--scope", "mcp:tools purchases:read"],
    code: 0,
    says: ["purchases:read  older name of orders:read; Read orders."],
  },
  {
    title: "allowed by implication",
    argv: ["list_orders", "--scope", "mcp:tools orders:write"],
    code: 0,
    says: ["orders:write  Change orders; also gives orders:read"],
  },
  {
    title: "public",
    argv: ["search", "--no-token"],
    code: 0,
    says: ["YES: search is allowed.", "No permission is needed for it."],
    silent: ["What the token holds"],
  },
  {
    title: "public with detail",
    argv: ["search", "--scope", "stock:read"],
    code: 0,
    says: ["It is open to everybody, and the token holds what adds detail."],
  },
  {
    title: "any valid token",
    argv: ["GET /me"],
    code: 0,
    says: ["YES: GET /me is allowed.", "no permission at all"],
  },
  {
    title: "missing permission",
    argv: ["get_stock", "--scope", "mcp:tools"],
    code: 3,
    says: [
      "NO: get_stock needs a permission that the token does not hold.",
      "Missing: stock:read (Read the stock)",
      "Any one of these is enough: stock:read and mcp:tools, or orders:write and mcp:tools.",
      "- the user's consent to the permission stock:read (Read the stock)",
    ],
  },
  {
    title: "missing permissions",
    argv: ["list_orders"],
    code: 3,
    says: [
      "NO: list_orders needs permissions that the token does not hold.",
      "Missing: orders:read (Read orders)",
      "Missing: mcp:tools (Call tools)",
      "the permissions orders:read (Read orders) and mcp:tools (Call tools)",
    ],
  },
  {
    title: "unknown plan",
    argv: ["buy_ad", "--scope", "mcp:tools ads:write", "--tier", "gold"],
    code: 3,
    says: [
      "needs the pro plan: upgrade required.",
      "The policy does not know the token's plan, `gold`",
      "- an upgrade to the pro plan\n",
    ],
  },
  {
    title: "no plan, and a permission besides",
    argv: ["buy_ad", "--scope", "mcp:tools"],
    code: 3,
    says: [
      "The token names no plan",
      "1. an upgrade to the pro plan",
      "2. the user's consent to the permission ads:write",
    ],
    silent: ["would not help"],
  },
  {
    title: "another kind of account",
    argv: ["rename_shop", "--scope", "mcp:tools shop:write", "--account-type", "buyer"],
    code: 3,
    says: [
      "NO: rename_shop is only for seller accounts.",
      "This is a buyer account.",
      "- another account: this works for seller accounts",
      "Asking for more permission would not help.",
    ],
  },
  {
    title: "a kind of account that is not told",
    argv: ["rename_shop"],
    code: 3,
    says: [
      "The token does not say what kind of account it is.",
      "1. another account",
      "2. the user's consent",
    ],
  },
  {
    title: "denied",
    argv: ["close_shop", "--scope", "mcp:tools root", "--first-party"],
    code: 3,
    says: [
      "NO: close_shop is never allowed.",
      "Only by letter.",
      "Nothing that can be granted changes it: neither more permission nor another plan.",
      "app: the provider's own",
    ],
  },
  {
    title: "denied by a pattern",
    argv: ["drop_index", "--scope", "mcp:tools stock:read"],
    code: 3,
    says: ["NO: drop_index is never allowed.", "Never drop."],
  },
  {
    title: "a name that only patterns fit",
    argv: ["export_all", "--scope", "mcp:tools orders:read"],
    code: 3,
    says: [
      "export_all has no entry of its own: all of the patterns export_* and *_all have to be met.",
      "1. an upgrade to the pro plan",
      "2. the user's consent to the permission stock:read",
    ],
  },
  {
    title: "a name that one pattern fits",
    argv: ["list_all", "--scope", "mcp:tools stock:read"],
    code: 0,
    says: ["list_all has no entry of its own: the pattern *_all gives it its rule."],
  },
  {
    title: "a name that a denied pattern fits",
    argv: ["drop_it"],
    code: 3,
    says: ["NO: drop_it is never allowed.", "the pattern drop_* gives it its rule"],
  },
  {
    title: "a reserved permission",
    argv: ["wipe", "--scope", "mcp:tools root"],
    code: 3,
    says: [
      "NO: only apps of Shop itself may do this.",
      "root       reserved: counts for nothing in the token of another party's app",
      "- a call by an app of Shop itself",
      "Asking for more permission would not help.",
    ],
  },
  {
    title: "a reserved permission of the provider's own app",
    argv: ["wipe", "--scope", "mcp:tools root", "--first-party"],
    code: 0,
    says: ["YES: wipe is allowed."],
  },
  {
    title: "no token",
    argv: ["list_orders", "--no-token"],
    code: 3,
    says: [
      "NO: list_orders needs a sign-in.",
      "1. signing in, so that the call carries a token",
      "2. the user's consent",
    ],
    silent: ["What the token holds"],
  },
  {
    title: "a parameter that is not given",
    argv: ["transfer", "--scope", "/accounts/a/"],
    code: 3,
    says: [
      "NO: the call has to say which from it is for.",
      "No value was given for `from` (--param from=…).",
      "A call that says it, with a safe value.",
    ],
  },
  {
    title: "a parameter that is no safe value",
    argv: ["transfer", "--param", "from=../a"],
    code: 3,
    says: ["The value given, `../a`, is no safe one"],
  },
  {
    title: "a path that has no safe value",
    argv: ["GET /accounts/a+b"],
    code: 3,
    says: ["The value in the path, `a+b`, is no safe one"],
  },
  {
    title: "a parameter",
    argv: ["transfer", "--scope", "mcp:tools /accounts/a=b/ /accounts/a/", "--param", "from=a"],
    code: 0,
    says: ["YES: transfer is allowed."],
  },
  {
    title: "a token for another value",
    argv: ["transfer", "--scope", "mcp:tools /accounts/a/", "--param", "from=b"],
    code: 3,
    says: [
      "NO: the token is for another from.",
      "Asked for: `b`.",
      "The token holds `/accounts/a/`.",
      "1. a token that is issued for from `b`",
      "2. the user's consent to the permission /accounts/b/ (Read one account)",
    ],
  },
  {
    title: "a request",
    argv: ["GET /accounts/a", "--scope", "/accounts/a/"],
    code: 0,
    says: ["The request GET /accounts/a is the endpoint GET /accounts/{id}."],
  },
  {
    title: "an endpoint by its name",
    argv: ["GET /accounts/{id}", "--scope", "/accounts/a/", "--param", "id=a"],
    code: 0,
    says: ["YES: GET /accounts/{id} is allowed."],
    silent: ["is the endpoint"],
  },
  {
    title: "HEAD",
    argv: ["HEAD /orders", "--scope", "orders:read"],
    code: 0,
    says: ["The request HEAD /orders is the endpoint GET /orders."],
  },
  {
    title: "an unknown tool",
    argv: ["list_ordres"],
    code: 3,
    says: [
      "NO: Shop knows no `list_ordres`",
      "The policy has no tool of this name.",
      "Did you mean `list_orders`?",
    ],
  },
  {
    title: "a tool like no other",
    argv: ["zzz"],
    code: 3,
    says: ["NO: Shop knows no `zzz`"],
    silent: ["Did you mean"],
  },
  {
    title: "a method in small letters",
    argv: ["get /orders"],
    code: 3,
    says: ["Methods are written in capitals.", "Did you mean `GET /orders`?"],
  },
  {
    title: "a path with a query",
    argv: ["GET /orders?all=1"],
    code: 3,
    says: ["The segment `orders?all=1` is not canonical"],
  },
  {
    title: "a request that no endpoint fits",
    argv: ["GET /nowhere"],
    code: 3,
    says: ["No endpoint of the policy fits this request."],
  },
  {
    title: "an unknown scope in the token",
    argv: ["GET /me", "--scope", "orders:reed"],
    code: 0,
    says: ["orders:reed  unknown to this policy: opens nothing"],
  },
  {
    title: "a malformed scope",
    argv: ["GET /me", "--scope", "orders:read  stock:read"],
    code: 3,
    says: [
      "NO: the token cannot be read, so it counts for nothing.",
      "malformed: expected one space between two scope-tokens, not more (at",
      "A token whose list of permissions is written rightly",
    ],
  },
  {
    title: "a scope with a character that cannot stand in one",
    argv: ["GET /me", "--scope", 'a"b'],
    code: 3,
    says: ['a"b  malformed, which makes the whole token no good'],
  },
  {
    title: "a scope that was never filled in",
    argv: ["GET /me", "--scope", "/accounts/{id}/"],
    code: 3,
    says: [
      "`/accounts/{id}/` was never filled in",
      "/accounts/{id}/  never filled in, which makes the whole token no good",
    ],
  },
];
