import type { AccessToken } from "scope-policy";
import { isObject } from "../../../src/grammar/is-object.js";
import type { PlaygroundState } from "./state.js";

/** The call that a state describes. */
export interface CallInputs {
  /** `undefined` for a call without a token. The types of its claims are not checked. */
  readonly token: AccessToken | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** Reads the token and the arguments of a state, or returns what is wrong with their JSON. */
export function readInputs(state: PlaygroundState): CallInputs | { readonly message: string } {
  const claims = readObject(state.claims);
  if (claims === undefined) return { message: "the other claims are not a JSON object" };
  const params = readObject(state.params);
  if (params === undefined) return { message: "the arguments are not a JSON object" };
  const token = state.hasToken ? ({ ...claims, scope: state.scope } as AccessToken) : undefined;
  return { token, params: params as CallInputs["params"] };
}

/** Returns the object that a text contains; an empty text is an empty object. */
function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
