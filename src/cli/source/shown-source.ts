/**
 * Returns a source as reports, messages and policies may show it: an address without user name, password, query and fragment, which can
 * contain keys. A path of a file stays as it is.
 */
export function shownSource(source: string): string {
  const [, scheme, rest = ""] = /^([\w+.:-]*:\/\/)(.*)$/s.exec(source) ?? [];
  if (scheme === undefined) return source;
  const [address = ""] = rest.split(/[?#]/);
  return scheme + address.replace(/^[^/\\]*@/, "");
}
