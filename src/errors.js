/**
 * An error of the program, never of a request. It is thrown at startup and never sent to a client.
 *
 * For a policy it has all findings at once, so that one run shows everything to fix.
 *
 * @example
 * ```ts
 * import { loadPolicy, PolicyError } from "scope-policy";
 *
 * try {
 *   loadPolicy({ name: "Shop", version: "1", scopes: {}, tools: { list_orders: "orders:read" } });
 * } catch (error) {
 *   if (error instanceof PolicyError) for (const finding of error.findings) console.log(finding.path);
 * }
 * ```
 */
export class PolicyError extends Error {
    name = "PolicyError";
    /** The kind of error. */
    code;
    /**
     * All findings. For a policy, findings of shape come before findings of meaning. At most 1,001: after 1,000 findings, the last
     * one (`more_findings`) gives the number of others. Empty for an error without findings.
     */
    findings;
    constructor(code, message, findings = []) {
        super(message);
        this.code = code;
        this.findings = findings;
    }
}
