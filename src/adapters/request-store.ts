/** A value that a gate stores with a request for its handler. No other code can read, forge or list it. */
export interface RequestStore<Value> {
  get(request: object): Value | undefined;
  set(request: object, value: Value): void;
}

/**
 * Creates a note under a symbol that no other code has. It is stored on the list of raw headers, which Node creates for each request:
 * a `WeakMap`, or one more member on the request itself, slows down every handler of the request by more than the whole gate takes.
 * If a host shares the list between requests, only the last one has a note.
 */
export function createRequestStore<Value>(): RequestStore<Value> {
  const key = Symbol("scope-policy");
  return {
    get: (request) => {
      const note = (holderOf(request) as StoredValue<Value>)[key];
      return note?.request === request ? note.value : undefined;
    },
    set: (request, value) => {
      (holderOf(request) as StoredValue<Value>)[key] = { request, value };
    },
  };
}

interface StoredValue<Value> {
  [key: symbol]: { readonly request: object; readonly value: Value } | undefined;
}

function holderOf(request: object): object {
  const { rawHeaders } = request as { readonly rawHeaders?: unknown };
  return Array.isArray(rawHeaders) ? rawHeaders : request;
}
