// npx tsx moov/server.ts
//
// A payments API on Express: endpoints of the policy by their route, and tools on separate routes. A scope contains the ID of its account,
// and the route parameter with the same name is the account of the request. The platform account of a transfer is not a parameter of the
// request: the server looks it up by the client of the verified token.
import express from "express";
import { createAuthorizer } from "scope-policy";
import { expressGate } from "scope-policy/express";
import { jwtVerifier } from "scope-policy/verify";
import { startLocalIssuer } from "../local-issuer.js";
import {
  addressOf,
  type RunningExample,
  type StartIssuer,
  serveIfMain,
  stop,
  type TokenIssuer,
} from "../serve.js";
import { type Ledger, openLedger } from "./ledger.js";
import { policy } from "./policy.js";

/** Starts the server on a free port of the loopback interface, with a local issuer. */
export function start(): Promise<RunningExample> {
  return startBehind(startLocalIssuer, openLedger());
}

/** Starts the server on a free port of the loopback interface, for tokens of the given issuer. */
export async function startBehind<Issuer extends TokenIssuer>(
  startIssuer: StartIssuer<Issuer>,
  ledger: Ledger,
): Promise<RunningExample<Issuer>> {
  const app = express();
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const resource = `${addressOf(server)}/`;
  const issuer = await startIssuer(resource);
  const authorizer = createAuthorizer({
    policy,
    verify: jwtVerifier({
      issuer: issuer.issuer,
      audience: resource,
      jwks: issuer.jwks,
      algorithms: ["ES256", "RS256"],
    }),
    resource,
    authorizationServers: [issuer.issuer],
  });
  const gate = expressGate(authorizer);
  const profiles = new Map<string, unknown>();

  app.use(gate.metadata());
  app.get("/ping", gate.endpoint(), (_req, res) => void res.json({ pong: true }));
  app.post("/accounts", gate.endpoint(), (req, res) => {
    res.status(201).json({ accountID: ledger.open(gate.token(req).client_id) });
  });
  app.put("/accounts/:accountID", gate.endpoint(), express.json(), (req, res) => {
    profiles.set(req.params.accountID, req.body);
    res.json({ accountID: req.params.accountID, profile: profiles.get(req.params.accountID) });
  });
  app.get("/accounts/:accountID/wallets/:walletID", gate.endpoint(), (req, res) => {
    res.json({ walletID: req.params.walletID, balance: 0 });
  });

  // tools of the policy, on routes that are not in its `endpoints`
  app.get("/accounts/:accountID/cards", gate("list_cards"), (_req, res) => void res.json([]));
  app.post("/accounts/:accountID/cards", gate("add_card"), (req, res) => {
    res.status(201).json({ accountID: req.params.accountID, cardID: "card-1" });
  });
  // "The account ID for transfers related scopes should be the platform account ID."
  const platformOf = async ({ headers }: express.Request) => {
    const caller = await authorizer.authenticate(headers.authorization);
    const clientId = caller.kind === "authenticated" ? caller.token.client_id : undefined;
    return { platformAccountID: ledger.platformOf(clientId) };
  };
  app.post("/transfers", gate("create_transfer", { params: platformOf }), (req, res) => {
    const from = ledger.platformOf(gate.token(req).client_id);
    res.status(201).json({ from, transferID: "transfer-1" });
  });
  gate.assertCovers(app);

  return {
    url: resource,
    issuer,
    close: async () => {
      await Promise.all([stop(server), issuer.close()]);
    },
  };
}

await serveIfMain(import.meta.url, start, async ({ url, issuer }) => {
  const token = await issuer.issue({ scope: "/ /accounts/account-7/profile.write" });
  return [
    `a token for ${url} with / and /accounts/account-7/profile.write, valid for five minutes:`,
    token,
    "a call that it allows, and one for another account:",
    `curl -s ${url}ping -H "authorization: Bearer $TOKEN"`,
    `curl -s -i -X PUT ${url}accounts/account-8 -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '{}'`,
  ];
});
