/** What a gate notes of a request for whoever handles it: nobody else can read, forge or list it. */
export interface RequestNote<Value> {
  get(request: object): Value | undefined;
  set(request: object, value: Value): void;
}

/**
 * Makes a note under a name that nobody else can spell. It hangs on the list of the raw header fields, which Node makes for
 * each request: a `WeakMap`, or one more member on the request itself, slows down everybody who handles the request, by more
 * than all of a gate. A list that a host shares between requests has a note for the last of them alone.
 */
export function newRequestNote<Value>(): RequestNote<Value> {
  const key = Symbol("scope-policy");
  return {
    get: (request) => {
      const note = (placeOf(request) as Noted<Value>)[key];
      return note?.request === request ? note.value : undefined;
    },
    set: (request, value) => {
      (placeOf(request) as Noted<Value>)[key] = { request, value };
    },
  };
}

interface Noted<Value> {
  [key: symbol]: { readonly request: object; readonly value: Value } | undefined;
}

function placeOf(request: object): object {
  const { rawHeaders } = request as { readonly rawHeaders?: unknown };
  return Array.isArray(rawHeaders) ? rawHeaders : request;
}
