/**
 * Checks the address of a form or of a link that the program gives.
 *
 * @throws {TypeError} for anything but a path, an `https` URL, or an `http` URL of this device
 */
export function checkAddress(name: string, address: string): void {
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(address); // a browser drops tabs and line ends
  const isUrl = /^https:\/\/|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\//.test(address);
  if (!isPath && !isUrl) throw new TypeError(`\`${name}\`: expected a path or an \`https\` URL`);
}

/** Returns the query of an address, without the `?`. Leaves out members without a value. */
export function queryText(query: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(query)
    .flatMap(([name, value]) => {
      if (value === undefined) return [];
      const wellFormed = value.replaceAll(/\p{Cs}/gu, "\ufffd"); // a lone surrogate cannot be encoded
      return [`${name}=${encodeURIComponent(wellFormed)}`];
    })
    .join("&");
}
