import type { DocumentCase } from "./document-case.js";

const BASE = "/sell/fulfillment/v1";
const SCOPE = "https://api.ebay.com/oauth/api_scope";

/** An API with base paths: several servers, servers of a path, and a base path in a server variable. */
export const EBAY: DocumentCase = {
  title: "the API with base paths",
  file: "ebay.yaml",
  choice: { listMeans: "or" },
  // guessed: 4 lists of two scopes
  counts: { read: 11, merged: 0, guessed: 4, left: 0 },
  endpoints: [
    `GET ${BASE}/order`,
    `GET ${BASE}/payment_dispute_summary`,
    `POST ${BASE}/order/{order_id}/issue_refund`,
  ],
  codes: [],
  needsListMeans: true,
  decisions: [
    {
      scopes: [`${SCOPE}/sell.fulfillment.readonly`],
      operation: `GET ${BASE}/order`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment`],
      operation: `GET ${BASE}/order`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment.readonly`],
      operation: `POST ${BASE}/order/27-03955/shipping_fulfillment`,
      expected: "insufficient_scope",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment`],
      operation: `POST ${BASE}/order/27-03955/shipping_fulfillment`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment`],
      operation: `POST ${BASE}/order/27-03955/issue_refund`,
      expected: "insufficient_scope",
    },
    {
      scopes: [`${SCOPE}/sell.finances`],
      operation: `POST ${BASE}/order/27-03955/issue_refund`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.finances`],
      operation: `GET ${BASE}/order/27-03955`,
      expected: "insufficient_scope",
    },
    {
      scopes: [`${SCOPE}/sell.payment.dispute`],
      operation: `GET ${BASE}/payment_dispute/8001`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.payment.dispute`],
      operation: `POST ${BASE}/payment_dispute/8001/accept`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment`],
      operation: `GET ${BASE}/payment_dispute_summary`,
      expected: "insufficient_scope",
    },
    {
      scopes: [`${SCOPE}/sell.payment.dispute`],
      operation: `GET ${BASE}/payment_dispute_summary`,
      expected: "allowed",
    },
    {
      scopes: [SCOPE],
      operation: `GET ${BASE}/order`,
      expected: "insufficient_scope",
      because: "the general scope of the provider opens public data only",
    },
    {
      scopes: ["sell.fulfillment"],
      operation: `GET ${BASE}/order`,
      expected: "insufficient_scope",
      because: "a scope is the whole URL",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment.readonly`],
      operation: `GET ${BASE}/order/27-03955/shipping_fulfillment/9405509699937003457459`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.fulfillment`],
      operation: "GET /order",
      expected: "unknown_operation",
    },
    {
      scopes: [`${SCOPE}/sell.payment.dispute`],
      operation: "GET /payment_dispute/8001",
      expected: "unknown_operation",
      because: "the servers of the path have the base path too",
    },
    { scopes: undefined, operation: `GET ${BASE}/order`, expected: "unauthenticated" },
    {
      scopes: [`${SCOPE}/sell.fulfillment`],
      operation: `GET ${BASE}/order/27-03955`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.payment.dispute`],
      operation: `POST ${BASE}/payment_dispute/8001/upload_evidence_file`,
      expected: "allowed",
    },
    {
      scopes: [`${SCOPE}/sell.payment`],
      operation: `POST ${BASE}/payment_dispute/8001/contest`,
      expected: "insufficient_scope",
    },
  ],
};
