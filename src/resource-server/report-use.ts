import type { AccessToken } from "../decision/access-token.js";
import type { AuthorizerOptions } from "./authorizer-options.js";
import type { CallbackRunner } from "./callbacks.js";

/** Creates the function that passes the token of an allowed call to `onUsed`. It never throws, and nothing waits for the callback. */
export function createUseReporter(
  onUsed: AuthorizerOptions["onUsed"],
  runCallback: CallbackRunner,
): (token: AccessToken) => void {
  if (onUsed === undefined) return () => undefined;
  return (token) => {
    void runCallback("onUsed", onUsed, token, () => undefined);
  };
}
