/** An invalid definition: an id, the members that are merged into a valid policy, and the code and path of the finding. */
export type InvalidPolicy = readonly [id: string, parts: object, code: string, path: string];

const read = "courses:read";
const scope = (name: string) => ({ scopes: { [name]: {} } });
const tool = (entry: unknown) => ({ tools: { t: entry } });
const pattern = (name: string) => ({ tools: { [name]: read } });
const denial = (name: string) => ({ tools: { [name]: { deny: "no" } } });
const endpoint = (...keys: string[]) => ({
  endpoints: Object.fromEntries(keys.map((key) => [key, read])),
});

export const INVALID_POLICIES: readonly InvalidPolicy[] = [
  ["POLICY-004", tool({}), "empty_requirement", "tools.t"],
  ["POLICY-007", tool({ allOf: [], anyOf: [] }), "empty_list", "tools.t.allOf"],
  ["POLICY-008", tool({ allof: [read] }), "unknown_key", "tools.t.allof"],
  ["POLICY-009", tool({ allOf: [read], requires: ["x"] }), "unknown_key", "tools.t.requires"],
  ["POLICY-011", tool({ allOf: ["courses:raed"] }), "unknown_scope", "tools.t.allOf[0]"],
  ["POLICY-022", tool({ public: "false" }), "invalid_type", "tools.t.public"],
  ["POLICY-024", tool({ public: true, allOf: [read] }), "mixed_operation", "tools.t.allOf"],
  ["POLICY-025", tool({ allOf: [read, read] }), "duplicate", "tools.t.allOf[1]"],
  ["POLICY-029", { default: "allow" }, "unknown_key", "default"],
  ["POLICY-033", { version: undefined }, "undefined_value", "version"],
  ["POLICY-034", { defaults: "deny" }, "unknown_key", "defaults"],
  ["POLICY-047", scope("courses read"), "scope_syntax", 'scopes["courses read"]'],
  ["POLICY-055", scope("a\n"), "scope_syntax", 'scopes["a\\n"]'],
  ["POLICY-068", endpoint("get /x"), "endpoint_method", 'endpoints["get /x"]'],
  ["POLICY-070", endpoint("GET x"), "endpoint_syntax", 'endpoints["GET x"]'],
  ["POLICY-071", endpoint("GET /x/"), "endpoint_syntax", 'endpoints["GET /x/"]'],
  ["POLICY-072", endpoint("GET /x//y"), "endpoint_syntax", 'endpoints["GET /x//y"]'],
  ["POLICY-073", endpoint("GET /x/../y"), "endpoint_syntax", 'endpoints["GET /x/../y"]'],
  ["POLICY-075", endpoint("GET /x?y"), "endpoint_syntax", 'endpoints["GET /x?y"]'],
  ["POLICY-077", endpoint("GET /x/*"), "endpoint_syntax", 'endpoints["GET /x/*"]'],
  ["POLICY-081", endpoint("GET /x/y", "GET /X/Y"), "duplicate_endpoint", 'endpoints["GET /X/Y"]'],
  ["POLICY-082", pattern("bad name"), "tool_name", 'tools["bad name"]'],
  ["POLICY-083", pattern(""), "tool_name", 'tools[""]'],
  ["TEMPLATE-083", scope("/accounts/{}/x"), "stray_bracket", 'scopes["/accounts/{}/x"]'],
  [
    "TEMPLATE-085",
    scope("/accounts/accountID}/x"),
    "stray_bracket",
    'scopes["/accounts/accountID}/x"]',
  ],
  ["TEMPLATE-086", scope("/accounts/{a}{b}/x"), "stray_bracket", 'scopes["/accounts/{a}{b}/x"]'],
  ["TEMPLATE-088", scope("/accounts/{id}/x/{id}"), "duplicate", 'scopes["/accounts/{id}/x/{id}"]'],
  ["TEMPLATE-093", scope("/accounts/{{id}}/x"), "stray_bracket", 'scopes["/accounts/{{id}}/x"]'],
  [
    "TEMPLATE-102",
    scope("/accounts/admin/profile.read"),
    "overlap",
    'scopes["/accounts/admin/profile.read"]',
  ],
  ["TOOL-PATTERN-035", pattern("!delete_*"), "pattern_syntax", 'tools["!delete_*"]'],
  ["TOOL-PATTERN-036", pattern("!(delete)_*"), "pattern_syntax", 'tools["!(delete)_*"]'],
  ["TOOL-PATTERN-037", pattern("@(a|b)"), "tool_name", 'tools["@(a|b)"]'],
  ["TOOL-PATTERN-039", pattern("*(+(a))"), "pattern_syntax", 'tools["*(+(a))"]'],
  ["TOOL-PATTERN-040", pattern("+(*(a)|*(b))"), "pattern_syntax", 'tools["+(*(a)|*(b))"]'],
  ["TOOL-PATTERN-041", pattern("{get,set}_x"), "tool_name", 'tools["{get,set}_x"]'],
  ["TOOL-PATTERN-042", pattern("x{1..100000}"), "tool_name", 'tools["x{1..100000}"]'],
  ["TOOL-PATTERN-043", pattern("get_[a-z]"), "tool_name", 'tools["get_[a-z]"]'],
  ["TOOL-PATTERN-044", pattern("[!d]*"), "pattern_syntax", 'tools["[!d]*"]'],
  ["TOOL-PATTERN-045", pattern("[[:alpha:]]"), "tool_name", 'tools["[[:alpha:]]"]'],
  ["TOOL-PATTERN-046", pattern("[[:constructor:]]"), "tool_name", 'tools["[[:constructor:]]"]'],
  ["TOOL-PATTERN-050", pattern("^get_x"), "tool_name", 'tools["^get_x"]'],
  ["TOOL-PATTERN-051", pattern("a\\*"), "pattern_syntax", 'tools["a\\\\*"]'],
  ["TOOL-PATTERN-053", pattern("**"), "pattern_syntax", 'tools["**"]'],
  ["TOOL-PATTERN-054", pattern("a/**"), "pattern_syntax", 'tools["a/**"]'],
  ["TOOL-PATTERN-057", pattern("get_\n"), "tool_name", 'tools["get_\\n"]'],
  ["TOOL-PATTERN-058", pattern("g\u00e9t_*"), "pattern_syntax", 'tools["g\u00e9t_*"]'],
  [
    "TOOL-PATTERN-059",
    pattern("*a*a*a*a*a*a*a*a*b"),
    "pattern_syntax",
    'tools["*a*a*a*a*a*a*a*a*b"]',
  ],
  ["TOOL-PATTERN-060", pattern("*a".repeat(40)), "pattern_syntax", `tools["${"*a".repeat(40)}"]`],
  ["TOOL-PATTERN-061", pattern("a".repeat(500)), "tool_name", `tools.${"a".repeat(500)}`],
  ["TOOL-PATTERN-062", denial("!safe_*"), "pattern_syntax", 'tools["!safe_*"]'],
  ["TOOL-PATTERN-064", denial("drop_{a,b}"), "tool_name", 'tools["drop_{a,b}"]'],
  ["TOOL-PATTERN-066", denial("[d]rop_*"), "pattern_syntax", 'tools["[d]rop_*"]'],
];

/** Invalid policy texts, derived from the text of a valid policy. */
export const INVALID_POLICY_TEXTS: readonly (readonly [
  id: string,
  change: (text: string) => string,
])[] = [
  ["POLICY-087", (text) => text.replace('"tools":{', '"tools":{"__proto__":{"public":true},')],
  ["POLICY-090", (text) => text.replace('"tools":{', '"tools":{"delete_course":{"public":true},')],
  ["POLICY-092", () => ""],
  ["POLICY-094", () => "[]"],
  ["POLICY-095", () => "{"],
  ["POLICY-097", (text) => `\uFEFF${text}`],
];

/** Definitions that are accepted although similar libraries reject them, with the reason. */
export const ACCEPTED_POLICIES: readonly (readonly [id: string, parts: object, why: string])[] = [
  ["POLICY-032", { version: "1" }, "a version is free text"],
  ["TEMPLATE-094", scope("/accounts/*/x"), "a star in a scope is literal"],
  ["TEMPLATE-097", scope("/accounts/x/"), "a trailing slash is part of the name"],
  ["TEMPLATE-098", scope("/accounts/%7Bid%7D/x"), "any scope-token of RFC 6749 is a scope"],
  ["TEMPLATE-099", scope("/"), "one provider has a scope of this name"],
  [
    "TEMPLATE-103",
    tool({ allOf: ["/accounts/{accountID}/profile.write"] }),
    "a placeholder is a parameter under its own name",
  ],
];
