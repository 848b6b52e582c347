import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBackendClient, startPlatform } from "../../examples/moov/client-credentials.js";

type Platform = Awaited<ReturnType<typeof startPlatform>>;

let platform: Platform;
let own: ReturnType<typeof createBackendClient>;
let other: ReturnType<typeof createBackendClient>;
/** An account of each backend. */
let ownAccount = "";
let otherAccount = "";

beforeAll(async () => {
  platform = await startPlatform();
  const [first, second] = platform.backends;
  own = createBackendClient(platform.api, first);
  other = createBackendClient(platform.api, second);
  ownAccount = await accountOf(own);
  otherAccount = await accountOf(other);
});
afterAll(() => platform.api.close());

/** Creates an account with a token that is not bound to an account. */
async function accountOf(client: typeof own): Promise<string> {
  const { access_token } = await client.token("/accounts.write");
  const { answer } = await client.call("POST /accounts", access_token);
  return String(answer["accountID"]);
}

/** Replaces `OWN` and `OTHER` with the accounts of the test. */
const filled = (scope: string) =>
  scope.replaceAll("OWN", ownAccount).replaceAll("OTHER", otherAccount);

describe("a token of client credentials", () => {
  it.each([
    "/",
    "/accounts.write",
    "/accounts/OWN/",
    "/accounts/OWN/profile.write",
    "/accounts/OWN/bank-accounts.write /accounts/OWN/cards.write",
    "/accounts/platform-1/",
    "/accounts/platform-1/transfers.write",
    "/ /accounts/OWN/ /accounts/OWN/profile.write /accounts/platform-1/transfers.write",
  ])("is issued for %s, with exactly that scope", async (scope) => {
    const { status, access_token = "", scope: granted } = await own.token(filled(scope));
    expect(status).toBe(200);
    expect(granted).toBe(filled(scope));
    expect(decodeJwt(access_token)).toMatchObject({
      iss: platform.api.issuer.issuer,
      aud: platform.api.url,
      client_id: "till-and-tally",
      scope: filled(scope),
    });
  });

  it.each([
    ["the account of another client", "/accounts/OTHER/"],
    ["an account that does not exist", "/accounts/account-1/profile.write"],
    ["another platform account", "/accounts/platform-2/transfers.write"],
    ["transfers of a user's account", "/accounts/OWN/transfers.write"],
    ["write access to the platform account itself", "/accounts/platform-1/profile.write"],
    ["a scope with an unfilled placeholder", "/accounts/{accountID}/profile.write"],
    ["a scope that the policy does not declare", "/accounts/OWN/everything"],
    ["a scope of another client among allowed scopes", "/ /accounts/OWN/ /accounts/OTHER/"],
    ["a malformed scope", "/  /accounts.write"],
    ["no scope", undefined],
    ["an empty scope", ""],
  ])("is denied for %s", async (_, scope) => {
    const { status, error, access_token } = await own.token(scope && filled(scope));
    expect({ status, error, access_token }).toEqual({
      status: 400,
      error: "invalid_scope",
      access_token: undefined,
    });
  });

  it("is denied before the account exists and issued afterwards", async () => {
    const next = `/accounts/account-${Number(otherAccount.split("-")[1]) + 1}/profile.write`;
    expect((await own.token(next)).error).toBe("invalid_scope");
    await accountOf(own);
    expect((await own.token(next)).scope).toBe(next);
  });

  it("is denied to a client with a wrong secret", async () => {
    const [first] = platform.backends;
    const wrongSecretClient = createBackendClient(platform.api, {
      ...first,
      client_secret: "guessed",
    });
    expect(await wrongSecretClient.token("/")).toMatchObject({
      status: 401,
      error: "invalid_client",
    });
  });
});

describe("the API", () => {
  it("allows calls only for the account in the token", async () => {
    const { access_token } = await own.token(filled("/accounts/OWN/ /accounts/OWN/profile.write"));
    const name = { name: "Ana's Bakery" };
    const put = await own.call(`PUT /accounts/${ownAccount}`, access_token, name);
    expect(put).toMatchObject({ status: 200, answer: { profile: name } });
    const get = await own.call(`GET /accounts/${ownAccount}/wallets/w-1`, access_token);
    expect(get).toMatchObject({ status: 200, answer: { walletID: "w-1" } });
    const foreign = await own.call(`PUT /accounts/${otherAccount}`, access_token, name);
    expect(foreign).toMatchObject({ status: 403, answer: { error: "binding_mismatch" } });
  });

  it.each([
    ["till-and-tally", "platform-1", "platform-2"],
    ["ledger-and-loom", "platform-2", "platform-1"],
  ])(
    "takes transfers of %s from %s although the caller names %s",
    async (clientId, from, named) => {
      const client = clientId === "till-and-tally" ? own : other;
      const { access_token } = await client.token(`/accounts/${from}/transfers.write`);
      const call = await client.call(`POST /transfers?platformAccountID=${named}`, access_token, {
        platformAccountID: named,
      });
      expect(call).toMatchObject({ status: 201, answer: { from } });
    },
  );
});
