/**
 * Creates a note under a symbol that no other code has. It is stored on the list of raw headers, which Node creates for each request:
 * a `WeakMap`, or one more member on the request itself, slows down every handler of the request by more than the whole gate takes.
 * If a host shares the list between requests, only the last one has a note.
 */
export function createRequestStore() {
    const key = Symbol("scope-policy");
    return {
        get: (request) => {
            const note = holderOf(request)[key];
            return note?.request === request ? note.value : undefined;
        },
        set: (request, value) => {
            holderOf(request)[key] = { request, value };
        },
    };
}
function holderOf(request) {
    const { rawHeaders } = request;
    return Array.isArray(rawHeaders) ? rawHeaders : request;
}
