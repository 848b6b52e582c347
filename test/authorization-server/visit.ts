// The steps to a consent page that most tests share: a new client, a new browser, and a user who signs in.
import { boxesOf, createFormBrowser, type Stop } from "./form-browser.js";
import { createClient } from "./oauth-client.js";

export const REDIRECT = "https://app.example/cb";

/** Returns the fields of a form that grants these scopes. */
export function approve(...scopes: readonly string[]) {
  return [["decision", "approve"] as const, ...scopes.map((scope) => ["scopes", scope] as const)];
}

export interface VisitOptions {
  /** Additional parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Additional metadata of the client. */
  readonly metadata?: object;
  /** The user who signs in. Default: Ana. */
  readonly person?: string;
}

let clients = 0;

/** Registers a client, opens its authorization request, and signs a user in. */
export async function visit(
  { issuer }: { readonly issuer: string },
  scope: string,
  { parameters = {}, metadata = {}, person = "ana" }: VisitOptions = {},
) {
  clients += 1;
  const name = `Course Helper ${clients}.`;
  const client = await createClient(issuer, REDIRECT, { client_name: name, ...metadata });
  const browser = createFormBrowser(issuer);
  const signIn = await browser.go(client.authorize({ scope, ...parameters }));
  const page = await browser.submit(signIn, [["person", person]]);
  return { client, browser, page, name };
}

/** Returns the fields of a form that grants every offered scope. */
export function approveAll(page: Stop) {
  return approve(...boxesOf(page).flatMap((box) => (box.disabled ? [] : [box.scope])));
}

/** Returns the grant id of a client on the page of connected apps. */
export function grantOf({ html }: Stop, name: string): string {
  return /name="grantId" value="([^"]+)"/.exec(html.slice(html.indexOf(name)))?.[1] ?? "";
}
