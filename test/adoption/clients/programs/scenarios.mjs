// The scenarios, for a client of any library. Prints one line of JSON for each: the scenario, and what the client saw.

const { CONTROL = "" } = process.env;

/** Follows an authorization URL as the user, and returns the callback. */
export async function browse(url) {
  const response = await fetch(`${CONTROL}/browse`, { method: "POST", body: String(url) });
  return new URL(await response.text());
}

const control = (path) => fetch(`${CONTROL}${path}`, { method: "POST" }).then((one) => one.text());

export const REDIRECT = "http://127.0.0.1/callback";

/** Creates the store of one user's authorization, for the providers of every library. */
export function createProvider({ refreshes = false } = {}) {
  let client, tokens, discovery, issuer, verifier, pending;
  return {
    redirectUrl: REDIRECT,
    clientMetadata: {
      client_name: "client of tests",
      redirect_uris: [REDIRECT],
      application_type: "native",
      token_endpoint_auth_method: "none",
      response_types: ["code"],
      grant_types: refreshes ? ["authorization_code", "refresh_token"] : ["authorization_code"],
    },
    clientInformation: () => client,
    saveClientInformation: (saved) => {
      client = saved;
    },
    isClientInformationDynamicallyRegistered: () => true,
    authorizationServerInformation: () => issuer,
    saveAuthorizationServerInformation: (saved) => {
      issuer = saved;
    },
    tokens: () => tokens,
    saveTokens: (saved) => {
      tokens = saved;
    },
    discoveryState: () => discovery,
    saveDiscoveryState: (saved) => {
      discovery = saved;
    },
    codeVerifier: () => verifier,
    saveCodeVerifier: (saved) => {
      verifier = saved;
    },
    invalidateCredentials: (what) => {
      if (what === "all" || what === "tokens") tokens = undefined;
      if (what === "all" || what === "client") client = undefined;
    },
    redirectToAuthorization: (url) => {
      pending = url;
    },
    /** Returns the callback of the pending authorization; `undefined` without one. */
    authorize: async () => {
      const url = pending;
      pending = undefined;
      return url === undefined ? undefined : (await browse(url)).searchParams;
    },
  };
}

/** Runs an action; if it leaves an authorization pending, authorizes and runs it again. */
export const withUser = (provider, finish) => async (act) => {
  try {
    return await act();
  } catch (error) {
    const callback = await provider.authorize();
    if (callback === undefined) throw error;
    await finish(callback);
    return act();
  }
};

const textOf = (content) => content?.map?.(({ text = "" }) => text).join(" ") ?? String(content);

/** Shows a result of a tool. */
export const shown = ({ isError, content }) =>
  `${isError === true ? "error result: " : ""}${textOf(content)}`;

const shownError = ({ code, message = "" }) =>
  `throws${typeof code === "number" ? ` ${code}` : ""}: ${message}`;

/**
 * @param {{
 *   connect: () => Promise<unknown>,
 *   list: () => Promise<readonly string[]>,
 *   call: (tool: string) => Promise<string>,
 *   read?: (uri: string) => Promise<{ contents: readonly { text?: string }[] }>,
 *   close: () => Promise<unknown>,
 * }} client
 */
export async function runScenarios(client) {
  const row = async (scenario, act) => {
    const limit = new Promise((_, reject) => {
      setTimeout(() => reject(new Error("no answer within 40 seconds")), 40_000).unref();
    });
    const seen = await Promise.race([act(), limit]).catch(shownError);
    const consents = await control("/consents");
    console.log(JSON.stringify({ scenario, seen, consents: Number(consents) }));
  };
  const read = async (uri) => textOf((await client.read(uri)).contents);

  await row("sign-in and list", async () => {
    await client.connect();
    return (await client.list()).join(" ");
  });
  await row("public tool", () => client.call("about"));
  await row("missing scope", () => client.call("list_courses"));
  await row("tier", () => client.call("export_report"));
  await row("denied", () => client.call("delete_account"));
  await row("reserved scope", () => client.call("look_behind"));
  await row("unknown tool", () => client.call("no_such_tool"));
  await row("resource, tier", () => read("school://report"));
  await row("after a refused resource", () => client.call("whoami"));
  await row("unknown resource", () => read("school://nothing"));
  await row("resource, missing scope", () => read("school://settings"));
  await control("/outage");
  await row("outage", () => client.call("whoami"));
  await control("/recovery");
  await row("after an outage", () => client.call("whoami"));
  await client.close().catch(() => undefined);
  process.exit(0);
}
