// The runs of a case: in the library itself, on the adapters that it names, or in its own fixture.
import { isMessage } from "./authorize.js";
import type { Context } from "./context.js";
import { isObject, Skip } from "./corpus.js";
import { FIXTURES } from "./fixtures.js";
import { operationOf } from "./operations.js";
import type { Result } from "./result.js";
import type { Servers } from "./servers.js";

export interface Run {
  readonly name: string;
  readonly run: () => Promise<Result>;
}

export function planRuns(context: Context, servers: Servers): readonly Run[] {
  const { attack } = context;
  if (attack.isNetwork) {
    const fixture = FIXTURES.get(attack.id);
    const reason = "no fixture has been written for this network case";
    return [
      fixture === undefined ? skipping(reason) : { name: "fixture", run: () => fixture(context) },
    ];
  }
  const { request } = attack.given;
  // only an adapter reads a message
  const isMcp = isObject(request) && isMessage(request);
  const named = isMcp && attack.adapters.length === 0 ? ["mcp"] : attack.adapters;
  const library = { name: "library", run: async () => operationOf(attack.given)(context) };
  const onAdapters = named.flatMap((name) => servers.runsOf(context, name));
  return isMcp ? onAdapters : [library, ...onAdapters];
}

/** Returns a run that skips the case. */
export function skipping(reason: string): Run {
  return { name: "nothing", run: () => Promise.reject(new Skip(reason)) };
}
