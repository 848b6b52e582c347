import type { ExpectedDecision, OwnerChoice } from "./document-case.js";

/** Another choice of an owner for one of the documents, and what it changes. */
export interface OtherChoice {
  readonly title: string;
  readonly file: string;
  readonly choice: OwnerChoice;
  readonly counts: Readonly<Record<"read" | "merged" | "guessed" | "left", number>>;
  readonly decisions: readonly ExpectedDecision[];
}

const INVOICES = "GET /api.xro/2.0/Invoices";
const EBAY_SCOPE = "https://api.ebay.com/oauth/api_scope";
const PATCH_OBJECT = "PATCH /3GPPManagement/ProvMnS/v1800/SubNetwork=1/ManagedElement=1";

/** Choices that change decisions. Titles complete the sentence "an import ...". */
export const OTHER_CHOICES: readonly OtherChoice[] = [
  {
    title: "of the accounting API whose lists mean all requires both scopes",
    file: "xero.yaml",
    choice: { listMeans: "and" },
    counts: { read: 20, merged: 3, guessed: 0, left: 0 },
    decisions: [
      {
        scopes: ["accounting.transactions", "accounting.transactions.read"],
        operation: INVOICES,
        expected: "allowed",
      },
      {
        scopes: ["accounting.transactions"],
        operation: INVOICES,
        expected: "insufficient_scope",
      },
      {
        scopes: ["accounting.transactions.read"],
        operation: INVOICES,
        expected: "insufficient_scope",
      },
    ],
  },
  {
    title: "of the accounting API with implied scopes accepts the broad one alone",
    file: "xero.yaml",
    choice: { listMeans: "and", addImplies: true },
    counts: { read: 20, merged: 3, guessed: 0, left: 0 },
    decisions: [
      { scopes: ["accounting.transactions"], operation: INVOICES, expected: "allowed" },
      {
        scopes: ["accounting.transactions.read"],
        operation: INVOICES,
        expected: "insufficient_scope",
      },
      {
        scopes: ["accounting.transactions.read"],
        operation: "POST /api.xro/2.0/Invoices",
        expected: "insufficient_scope",
      },
      {
        scopes: ["accounting.reports.read"],
        operation: "GET /api.xro/2.0/Reports/TenNinetyNine",
        expected: "insufficient_scope",
        because: "neither of these two scopes is the other one and `.read`",
      },
    ],
  },
  {
    title: "of the chat platform without the word requires the scope of that name",
    file: "slack.json",
    choice: { listMeans: "or" },
    counts: { read: 16, merged: 0, guessed: 6, left: 0 },
    decisions: [
      { scopes: [], operation: "GET /api/auth.test", expected: "insufficient_scope" },
      { scopes: ["none"], operation: "GET /api/auth.test", expected: "allowed" },
    ],
  },
  {
    title: "of the API with base paths below another one replaces those of all servers",
    file: "ebay.yaml",
    choice: { listMeans: "or", basePath: "/gateway/selling" },
    counts: { read: 11, merged: 0, guessed: 4, left: 0 },
    decisions: [
      {
        scopes: [`${EBAY_SCOPE}/sell.fulfillment`],
        operation: "GET /gateway/selling/order",
        expected: "allowed",
      },
      {
        scopes: [`${EBAY_SCOPE}/sell.payment.dispute`],
        operation: "GET /gateway/selling/payment_dispute/8001",
        expected: "allowed",
      },
      {
        scopes: [`${EBAY_SCOPE}/sell.fulfillment`],
        operation: "GET /sell/fulfillment/v1/order",
        expected: "unknown_operation",
      },
      {
        scopes: [`${EBAY_SCOPE}/sell.payment.dispute`],
        operation: "GET /sell/fulfillment/v1/payment_dispute/8001",
        expected: "unknown_operation",
      },
    ],
  },
  {
    title: "of the API with base paths at the root has paths as the document writes them",
    file: "ebay.yaml",
    choice: { listMeans: "or", basePath: "/" },
    counts: { read: 11, merged: 0, guessed: 4, left: 0 },
    decisions: [
      {
        scopes: [`${EBAY_SCOPE}/sell.fulfillment`],
        operation: "GET /order",
        expected: "allowed",
      },
      {
        scopes: [`${EBAY_SCOPE}/sell.fulfillment`],
        operation: "GET //order",
        expected: "unknown_operation",
      },
    ],
  },
  {
    title: "of the cloud provider whose lists mean any accepts one scope of each",
    file: "digitalocean/DigitalOcean-public.v2.yaml",
    choice: { listMeans: "or" },
    counts: { read: 3, merged: 0, guessed: 19, left: 1 },
    decisions: [
      { scopes: ["regions:read"], operation: "GET /v2/sizes", expected: "allowed" },
      { scopes: ["block_storage:read"], operation: "GET /v2/volumes", expected: "allowed" },
      {
        scopes: ["block_storage:update"],
        operation: "GET /v2/volumes",
        expected: "insufficient_scope",
      },
    ],
  },
  {
    title: "of the core network whose lists mean any accepts one scope for a change",
    file: "core-network.yaml",
    choice: { listMeans: "or" },
    // the public operations have such lists too, in alternatives that only enrich
    counts: { read: 0, merged: 0, guessed: 6, left: 5 },
    decisions: [
      { scopes: ["nnrf-nfm"], operation: PATCH_OBJECT, expected: "allowed" },
      {
        scopes: ["nnrf-nfm:nf-instances:read"],
        operation: PATCH_OBJECT,
        expected: "insufficient_scope",
      },
      {
        scopes: undefined,
        operation: "PUT /nnrf-nfm/v1/nf-instances/4947a69a",
        expected: "allowed",
      },
    ],
  },
];
