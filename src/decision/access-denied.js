/**
 * The exception that `authorize` throws for a denial, for code that continues only with an authorized token. It is
 * independent of HTTP.
 *
 * @example
 * ```ts
 * import { AccessDenied, loadPolicy } from "scope-policy";
 *
 * const policy = loadPolicy({
 *   name: "Shop",
 *   version: "1",
 *   scopes: { "orders:read": "See your orders" },
 *   tools: { list_orders: "orders:read" },
 * });
 * try {
 *   policy.authorize({ scope: "openid" }, "list_orders");
 * } catch (error) {
 *   if (error instanceof AccessDenied) console.log(error.decision.code); // "insufficient_scope"
 * }
 * ```
 */
export class AccessDenied extends Error {
    name = "AccessDenied";
    /** The denial. Only an authorizer throws a {@link CredentialDenial}. */
    decision;
    constructor(decision) {
        super(decision.message);
        this.decision = decision;
    }
}
