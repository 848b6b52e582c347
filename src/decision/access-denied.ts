import type { Denial, DoorDenial } from "./decision.js";

/**
 * What `authorize` throws where `decide` says no: the denial as an exception, for code that wants to go on only with a
 * token in hand. It says nothing of HTTP.
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
  override readonly name = "AccessDenied";
  /** Why. A {@link DoorDenial} comes from an authorizer alone. */
  readonly decision: Denial | DoorDenial;

  constructor(decision: Denial | DoorDenial) {
    super(decision.message);
    this.decision = decision;
  }
}
