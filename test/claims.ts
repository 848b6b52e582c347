/** A change of the source that must turn a test red: it takes away the line that a guarantee of SECURITY.md depends on. */
export interface Claim {
  /** The file with the title of the test, as SECURITY.md names it. */
  readonly test: string;
  readonly title: string;
  /** The test file that runs it, if the title is in a suite that several files use. Default: `test`. */
  readonly runs?: string;
  /** The file that is changed. */
  readonly file: string;
  /** Text that the file has exactly once. */
  readonly text: string;
  readonly replacement: string;
}

/** For each test that SECURITY.md names, the line that it guards. `scripts/claims.mjs --break` makes each change in a copy. */
export const CLAIMS: readonly Claim[] = [
  {
    test: "test/model/totality.test.ts",
    title: "any JSON value in any position",
    file: "src/decision/decide.ts",
    text: "    if (operation === undefined) return UNKNOWN_OPERATION;\n",
    replacement: "",
  },
  {
    test: "test/model/agreement.test.ts",
    title: "return the same decision for any policy, token, name and parameters",
    file: "src/decision/evaluate.ts",
    text: "  if (facts.rank < source.tier) return BLOCKERS.tier;\n",
    replacement: "",
  },
  {
    test: "test/resource-server/authorizer-laws.test.ts",
    title: "grants no access, throws nothing, ends within the timeouts, and is reported once",
    file: "src/resource-server/authenticate.ts",
    text: '  if (revoked.kind === "outage") return OUTAGE;',
    replacement: '  if (revoked.kind === "outage") return authenticated;',
  },
  {
    test: "test/resource-server/token-time.test.ts",
    title: "is rejected or not: %o with a tolerance of %s gives %s",
    file: "src/resource-server/token-time.ts",
    text: '  if (exp !== undefined && !(now < exp + tolerance)) return "expired";\n',
    replacement: "",
  },
  {
    test: "test/verify/token-kind.test.ts",
    title: "with %j has the outcome %s",
    file: "src/verify/token-kind.ts",
    text: '    member: "cnf",',
    replacement: '    member: "unused",',
  },
  {
    test: "test/verify/jwt-rejected.test.ts",
    title: "jwtVerifier with the profile %s rejects a token with",
    file: "src/verify/claim-checks.ts",
    text: "if (list.some((member) => values.has(member))) return undefined;",
    replacement: "if (list.length > 0) return undefined;",
  },
  {
    test: "test/verify/introspection.test.ts",
    title: "rejects a response with %s, for the reason %s",
    file: "src/verify/claim-checks.ts",
    text: "  if (!tenants.has(iss)) {",
    replacement: '  if (iss === "") {',
  },
  {
    test: "test/store/revocation-suite.ts",
    title:
      "counts from the start of the last complete reading, and beyond `maxLag` only what is revoked is known",
    runs: "test/store/revocations.test.ts",
    file: "src/store/revocation-store.ts",
    text: "feed.lag() <= maxLag",
    replacement: "feed.lag() <= Infinity",
  },
  {
    test: "test/model/laws.test.ts",
    title: "have no effect if they are reserved and the client is not first-party",
    file: "src/decision/token-scopes-reader.ts",
    text: "add(reserved ? ownersOnly : everyone, policy, closure, values);",
    replacement: "add(everyone, policy, closure, values);",
  },
  {
    test: "test/resource-server/trust-claims.test.ts",
    title: "with %j trusted allows %j, and is passed on with these facts only",
    file: "src/resource-server/read-token.ts",
    text: "FACTS.filter((name) => !trusted.includes(name))",
    replacement: "FACTS.filter(() => false)",
  },
  {
    test: "test/model/agreement.test.ts",
    title: "get the decision of the model for any spelling of a path",
    file: "src/policy/path-segment.ts",
    text: " || NEEDLESS.test(text)",
    replacement: "",
  },
  {
    test: "test/grammar/template.test.ts",
    title:
      "accepts exactly the values for which the scope has the form of the template and matches it with these values",
    file: "src/grammar/bound-value.ts",
    text: "const not = excluded.length === 0",
    replacement: "const not = excluded.length >= 0",
  },
  {
    test: "test/model/laws-ceilings.test.ts",
    title: "is within the ceiling, under current names that are not reserved",
    file: "src/discovery/client-registration.ts",
    text: "limit?.covers(listed) !== false && ",
    replacement: "",
  },
  {
    test: "test/mcp/objects.test.ts",
    title: "decides between two messages in front of a server that differ in %s",
    file: "src/mcp/http/decide-messages.ts",
    text: "      denials.push(denied);\n",
    replacement: "",
  },
  {
    test: "test/mcp/anonymous-sessions.test.ts",
    title: "is not found by a request without a token, nor by the token of another user",
    file: "src/mcp/http/check-request.ts",
    text: "(await sessions.get(session)) !== owner()",
    replacement: "(await sessions.get(session)) === undefined",
  },
  {
    test: "test/pollution.test.ts",
    title: "change no result if their value is %s",
    file: "src/decision/access-token.ts",
    text: "Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined",
    replacement: "(value as Record<string, unknown>)[key]",
  },
  {
    test: "test/grammar/scope.test.ts",
    title:
      "accepts a scope at each limit and rejects one beyond it with a reason that names the limit",
    file: "src/grammar/scope.ts",
    text: "  if (text.length > MAX_SCOPE_LENGTH) {",
    replacement: "  if (text.length > 2 * MAX_SCOPE_LENGTH) {",
  },
  {
    test: "test/limits/page.test.ts",
    title: "names the value of %s",
    file: "src/grammar/scope.ts",
    text: "MAX_SCOPE_LENGTH = 65_536;",
    replacement: "MAX_SCOPE_LENGTH = 65_537;",
  },
  {
    test: "test/decision/bounded-cache.test.ts",
    title: "keeps entries for at most twice its budget, however many are set",
    file: "src/decision/bounded-cache.ts",
    text: "if (size > budget) {",
    replacement: "if (size === Infinity) {",
  },
  {
    test: "test/decision/text-table.test.ts",
    title: "keeps entries for at most twice its budget, and those that are read",
    file: "src/decision/text-table.ts",
    text: "if (spent > budget) {",
    replacement: "if (spent === Infinity) {",
  },
  {
    test: "test/regular-expressions.test.ts",
    title: "takes linear time if it is built from the template of a policy",
    file: "src/grammar/bound-value.ts",
    text: "@|-]){1,128}",
    replacement: "@|-]+){1,128}",
  },
  {
    test: "test/audit/secrets.test.ts",
    title: "include the credential %j",
    file: "src/audit/redaction/credential-patterns.ts",
    text: "  [/eyJ[\\w-]{5,}(?:\\.[\\w-]*)*/g, REDACTED],\n",
    replacement: "",
  },
  {
    test: "test/audit/arguments.test.ts",
    title: "have a name, a type and a size in the event",
    file: "src/audit/redaction/arguments.ts",
    text: "    if (!show.has(name) && !hash.has(name)) return known;\n",
    replacement: "",
  },
  {
    test: "test/cli/mcp/policy-reader.test.ts",
    title: "refuses %s",
    file: "src/cli/mcp/policy-reader.ts",
    text: "  if (!isInside(folder, real)) throw outside(file);\n",
    replacement: "",
  },
  {
    test: "test/cli/mcp/policy-reader.test.ts",
    title: "runs a module by its real path, and only where the caller allows it",
    file: "src/cli/mcp/policy-reader.ts",
    text: '      if (language === "code" && !mayRun) throw notRun(file);\n',
    replacement: "",
  },
  {
    test: "test/html.test.ts",
    title: "has the same elements and attributes for any text in the screen",
    file: "src/consent/escape-html.ts",
    text: "    .replaceAll(/[&<>\"']/g, (character) => ENTITIES.get(character) as string)",
    replacement: "",
  },
  {
    test: "test/consent/screen.test.ts",
    title:
      "has headers that forbid frames, scripts and caching, and that allow the redirect to the client",
    file: "src/consent/headers.ts",
    text: "    \"default-src 'none'\",\n",
    replacement: "",
  },
];
