/** A call with a secret or with text that breaks a log, and the texts that the line of its event must not and must contain. */
export interface HostileAuditCall {
  readonly id: string;
  readonly why: string;
  readonly tool?: string;
  readonly client?: string;
  readonly args?: { readonly [name: string]: unknown };
  readonly sensitive?: readonly string[];
  readonly mustNotContain: readonly string[];
  readonly mustContain?: readonly string[];
}

export const HOSTILE_AUDIT_CALLS: readonly HostileAuditCall[] = [
  {
    id: "AUDIT-003",
    why: "sensitive key PASSWORD",
    args: { PASSWORD: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-006",
    why: "sensitive key client_secret",
    args: { client_secret: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-007",
    why: "sensitive key clientSecret",
    args: { clientSecret: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-010",
    why: "sensitive key API-KEY",
    args: { "API-KEY": "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-012",
    why: "sensitive key access_token",
    args: { access_token: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-013",
    why: "sensitive key refresh_token",
    args: { refresh_token: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-014",
    why: "sensitive key id_token",
    args: { id_token: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-019",
    why: "sensitive key private_key",
    args: { private_key: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-022",
    why: "sensitive key cvv",
    args: { cvv: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-023",
    why: "sensitive key otp",
    args: { otp: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-024",
    why: "sensitive key pass_word",
    args: { pass_word: "hunter2-S3CR3T", ok: "visible" },
    mustNotContain: ["hunter2-S3CR3T"],
    mustContain: ["visible"],
  },
  {
    id: "AUDIT-026",
    why: "inside an array",
    args: { list: [{ password: "hunter2-S3CR3T" }] },
    mustNotContain: ["hunter2-S3CR3T"],
  },
  {
    id: "AUDIT-028",
    why: "basic credential in a value",
    args: { note: "Authorization: Basic dXNlcjpwYXNz" },
    mustNotContain: ["dXNlcjpwYXNz"],
  },
  {
    id: "AUDIT-030",
    why: "JWT as a key",
    args: { "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln": 1 },
    mustNotContain: ["eyJzdWIiOiJ4In0"],
  },
  {
    id: "AUDIT-032",
    why: "private key",
    args: { pem: "-----BEGIN PRIVATE KEY-----\nMIIEv" },
    mustNotContain: ["MIIEv"],
  },
  {
    id: "AUDIT-034",
    why: "token sent as the client id",
    client: "Bearer abc.def.ghi",
    mustNotContain: ["abc.def.ghi"],
  },
  { id: "AUDIT-038", why: "LINE SEPARATOR", client: "a\u2028b", mustNotContain: ["\u2028"] },
  { id: "AUDIT-040", why: "RLO", tool: "a\u202eb", mustNotContain: ["\u202e"] },
  { id: "AUDIT-042", why: "newline in an argument", args: { k: "a\nb" }, mustNotContain: ["\n"] },
  {
    id: "AUDIT-044",
    why: "JSON breaking",
    client: '","decision":"allow","x":"',
    mustNotContain: ['"decision":"allow"'],
  },
  {
    id: "AUDIT-046",
    why: "1 MB argument is cut",
    args: { big: "A".repeat(1_000_000) },
    mustNotContain: ["A".repeat(2_000)],
  },
  {
    id: "AUDIT-047",
    why: "caller-declared sensitive argument",
    args: { ssn_custom: "123-45-6789" },
    sensitive: ["ssn_custom"],
    mustNotContain: ["123-45-6789"],
  },
  {
    id: "AUDIT-048",
    why: "caller-declared, other case",
    args: { SSN_Custom: "123-45-6789" },
    sensitive: ["ssn_custom"],
    mustNotContain: ["123-45-6789"],
  },
];
