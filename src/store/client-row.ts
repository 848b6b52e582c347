import { CLIENT_MEMBERS, type ConsentClient } from "../policy/client.js";
import { isStringList } from "../policy/option-checks.js";
import { MAX_CLIENT_TEXT } from "./limits.js";

/** Returns what the store keeps of a member of a client; `undefined` for a value that no member has. */
function storedMember(value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, MAX_CLIENT_TEXT);
  if (value === true) return value;
  return isStringList(value) === undefined ? value : undefined;
}

/**
 * Returns a client as JSON: the members of `ConsentClient` and no others, so that no secret of a client is stored. What the client
 * registered can be anything: a text is cut, and a member of another type is left out.
 */
export function clientToJson(client: ConsentClient): string {
  const names = Object.keys(CLIENT_MEMBERS) as (keyof ConsentClient)[];
  return JSON.stringify(
    Object.fromEntries(names.map((name) => [name, storedMember(client[name])])),
  );
}
