import type { DocumentCase } from "./document-case.js";

const BASE = "/api.xro/2.0";
const FILE = `${BASE}/Invoices/243216c5-369e-4056-ac67-05388f86dc81/Attachments/receipt.pdf`;

/** An accounting API: `X` beside `X.read` in lists that mean any of them, and paths of one shape. */
export const XERO: DocumentCase = {
  title: "the accounting API",
  file: "xero.yaml",
  choice: { listMeans: "or" },
  // guessed: 9 lists of several scopes that are not merged
  counts: { read: 11, merged: 3, guessed: 9, left: 0 },
  endpoints: [`GET ${BASE}/Invoices`, `GET ${BASE}/Reports/TenNinetyNine`],
  codes: ["scope_and_read_scope"],
  needsListMeans: true,
  decisions: [
    {
      scopes: ["accounting.transactions.read"],
      operation: `GET ${BASE}/Invoices`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.transactions"],
      operation: `GET ${BASE}/Invoices`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.transactions.read"],
      operation: `POST ${BASE}/Invoices`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["accounting.transactions"],
      operation: `POST ${BASE}/Invoices`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.transactions"],
      operation: `GET ${BASE}/Invoices/INV-1/Attachments`,
      expected: "insufficient_scope",
      because: "attachments have scopes of their own",
    },
    {
      scopes: ["accounting.attachments.read"],
      operation: `GET ${FILE}`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.attachments.read"],
      operation: `PUT ${FILE}`,
      expected: "insufficient_scope",
    },
    { scopes: ["accounting.attachments"], operation: `PUT ${FILE}`, expected: "allowed" },
    {
      scopes: ["accounting.attachments.read"],
      operation: `GET ${BASE}/Invoices/INV-1/Attachments/bd0bd0e0-3a9d-4d5d-9b2b-0d0c3b6a1f20`,
      expected: "allowed",
      because: "the path by identifier and the path by name have one shape and one rule",
    },
    {
      scopes: ["accounting.journals.read"],
      operation: `GET ${BASE}/Journals/42`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.journals"],
      operation: `GET ${BASE}/Journals`,
      expected: "insufficient_scope",
      because: "the document declares only the scope for reading",
    },
    {
      scopes: ["accounting.reports.read"],
      operation: `GET ${BASE}/Reports/TenNinetyNine`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.reports.tenninetynine.read"],
      operation: `GET ${BASE}/Reports/TenNinetyNine`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.reports.tenninetynine.read"],
      operation: `GET ${BASE}/Reports/BalanceSheet`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["accounting.contacts.read"],
      operation: `GET ${BASE}/Contacts/C-0001`,
      expected: "allowed",
    },
    {
      scopes: ["accounting.contacts.read"],
      operation: `POST ${BASE}/Contacts/C-0001`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["accounting"],
      operation: `GET ${BASE}/Invoices`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["accounting.settings.read"],
      operation: `PUT ${BASE}/Accounts`,
      expected: "insufficient_scope",
    },
    {
      scopes: undefined,
      operation: `GET ${BASE}/PaymentServices`,
      expected: "unauthenticated",
    },
    {
      scopes: ["accounting.transactions"],
      operation: "GET /Invoices",
      expected: "unknown_operation",
    },
  ],
};
