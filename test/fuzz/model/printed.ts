/** How each question is asked in a program, given the source of its arguments. */
export const PRINTED: Readonly<Record<string, (of: (name: string) => string) => string>> = {
  decideUntrusted: (of) => `policy.decideUntrusted(${of("token")}, ${of("name")}, ${of("params")})`,
  decide: (of) => `policy.decide(${of("token")}, ${of("name")}, ${of("params")})`,
  operation: (of) => `policy.operation(${of("name")}).decide(${of("token")}, ${of("params")})`,
  again: (of) =>
    `policy.decideUntrusted(${of("token")}, ${of("name")}, ${of("params")}) /* token ${of("at")}, as ${of("form")} */`,
  decideRequest: (of) => `policy.decideRequest(${of("token")}, ${of("request")})`,
  toolsFor: (of) =>
    `policy.toolsFor(${of("token")}).map(({ name, decision }) => [name, decision.code])`,
  challenge: (of) =>
    `createAuthorizer({ policy, challenge: ${of("mode")}, verify: () => undefined, trustClaims: [] })` +
    `.answer(policy.decideUntrusted(${of("token")}, ${of("name")}, ${of("params")}), { operation: ${of("name")}, params: ${of("params")}, token: ${of("token")} }).headers`,
  expand: (of) => `policy.expand(${of("tokens")}, ${of("options")})`,
  covers: (of) => `policy.covers(${of("tokens")}, ${of("wanted")}, ${of("options")})`,
  missing: (of) => `policy.missing(${of("tokens")}, ${of("wanted")}, ${of("options")})`,
  reduce: (of) => `policy.reduce(${of("tokens")}, ${of("options")})`,
  bundleScope: (of) => `policy.bundleScope(${of("bundle")})`,
  register: (of) => `clientRegistration(policy, ${of("metadata")}, ${of("options")})`,
  refresh: (of) => `refreshScope(policy, ${of("original")}, ${of("requested")}, ${of("options")})`,
  screen: (of) => `consentScreen(policy, ${of("facts")}, ${of("options")})`,
  resolve: (of) =>
    `resolveConsent(policy, ${of("facts")}, { decision: "approve", scopes: ${of("chosen")}, boundaries: ${of("values")} }, ${of("options")})`,
};
