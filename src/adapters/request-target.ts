/** Returns the path of a request target (RFC 9112, section 3.2) unchanged: not decoded and not resolved. */
export function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** Returns what follows the host in an absolute URL, unchanged. A fragment stays, so that no path is cut short unnoticed. */
export function targetOfUrl(url: string): string {
  return url.replace(/^[^:/?#]+:\/\/[^/?#]*/, "");
}

/** Returns the parameters of a query: a string each, or a list if a name occurs more than once. */
export function queryOf(values: Iterable<readonly [string, readonly string[]]>): object {
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
  );
}
