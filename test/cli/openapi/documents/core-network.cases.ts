import type { DocumentCase } from "./document-case.js";

const NRF = "/nnrf-nfm/v1";
const OLD = "/3GPPManagement/ProvMnS/XXX";
const NEW = "/3GPPManagement/ProvMnS/v1800";
const BOTH = ["nnrf-nfm", "nnrf-nfm:nf-instance:write"];

/** A core network: optional security, lists that mean all, names with hyphens, and segments of two parameters. */
export const CORE_NETWORK: DocumentCase = {
  title: "the core network",
  file: "core-network.yaml",
  choice: { listMeans: "and" },
  // read: 5 public operations and a list of two scopes; left: 5 operations without security
  counts: { read: 6, merged: 0, guessed: 0, left: 5 },
  endpoints: [`GET ${NRF}/nf-instances`, `GET ${OLD}/{className}={id}`],
  codes: ["no_security"],
  needsListMeans: true,
  decisions: [
    {
      scopes: undefined,
      operation: `GET ${NRF}/nf-instances`,
      expected: "allowed",
      enriched: false,
    },
    {
      scopes: ["nnrf-nfm"],
      operation: `GET ${NRF}/nf-instances`,
      expected: "allowed",
      enriched: true,
    },
    {
      scopes: ["nnrf-nfm:nf-instances"],
      operation: `GET ${NRF}/nf-instances`,
      expected: "allowed",
      enriched: false,
    },
    {
      scopes: BOTH,
      operation: `GET ${NRF}/nf-instances/4947a69a`,
      expected: "allowed",
      enriched: true,
    },
    { scopes: undefined, operation: `PUT ${NRF}/nf-instances/4947a69a`, expected: "allowed" },
    { scopes: [], operation: `DELETE ${NRF}/nf-instances/4947a69a`, expected: "allowed" },
    { scopes: undefined, operation: `PATCH ${NRF}/nf-instances/4947a69a`, expected: "allowed" },
    {
      scopes: BOTH,
      operation: `PATCH ${NEW}/SubNetwork=1/ManagedElement=1`,
      expected: "allowed",
    },
    {
      scopes: ["nnrf-nfm"],
      operation: `PATCH ${NEW}/SubNetwork=1/ManagedElement=1`,
      expected: "insufficient_scope",
    },
    {
      scopes: ["nnrf-nfm:nf-instance:write"],
      operation: `PATCH ${NEW}/SubNetwork=1/ManagedElement=1`,
      expected: "insufficient_scope",
    },
    {
      scopes: undefined,
      operation: `PATCH ${NEW}/SubNetwork=1/ManagedElement=1`,
      expected: "unauthenticated",
    },
    {
      scopes: BOTH,
      operation: `PATCH ${NEW}/SubNetwork=1/ManagedElement`,
      expected: "unknown_operation",
      because: "the last segment has a name and a value",
    },
    {
      scopes: BOTH,
      operation: `PATCH ${OLD}/SubNetwork=1/ManagedElement=1`,
      expected: "unknown_operation",
      because: "the paths have servers of their own",
    },
    {
      scopes: BOTH,
      operation: `PATCH ${NRF}/SubNetwork=1/ManagedElement=1`,
      expected: "unknown_operation",
    },
    {
      scopes: BOTH,
      operation: `OPTIONS ${NRF}/nf-instances`,
      expected: "denied",
      because: "the document names no security for it",
    },
    { scopes: BOTH, operation: `GET ${OLD}/ManagedElement=1`, expected: "denied" },
    { scopes: BOTH, operation: `PUT ${OLD}/ManagedElement=1`, expected: "denied" },
    {
      scopes: BOTH,
      operation: `GET ${NEW}/SubNetwork=1/ManagedElement=1`,
      expected: "denied",
    },
    {
      scopes: BOTH,
      operation: `DELETE ${NEW}/SubNetwork=1/ManagedElement=1`,
      expected: "denied",
    },
    { scopes: BOTH, operation: "GET /nf-instances", expected: "unknown_operation" },
  ],
};
