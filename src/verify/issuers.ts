import { isObject } from "../grammar/is-object.js";
import { INVISIBLE } from "../grammar/shown-text.js";
import { urlParts } from "../grammar/url.js";
import type { OptionCheck } from "../policy/option-checks.js";
import { listed, quoted } from "./shown-value.js";

/** The issuers of a server that has one issuer for each tenant. */
export interface IssuerTemplate {
  /** The issuer with the name of the claim in braces: `https://login.microsoftonline.com/{tid}/v2.0`. */
  readonly template: string;
  /** The claim that names the tenant of a token. A token's `iss` must be the template with the tenant of this claim. */
  readonly claim: string;
  /** The accepted tenants. */
  readonly tenants: readonly string[];
}

/** One issuer, several, or one for each tenant of a server. */
export type IssuerOption = string | readonly string[] | IssuerTemplate;

/** The accepted issuers. */
export interface Issuers {
  /** The tenant of each issuer; `undefined` for an issuer without tenants. */
  readonly tenants: ReadonlyMap<string, string | undefined>;
  /** The claim that must name the tenant of the token's issuer. */
  readonly claim: string | undefined;
}

/** Returns the accepted issuers of a valid option. */
export function issuersOf(option: IssuerOption): Issuers {
  if (isTemplate(option)) {
    const { template, claim, tenants } = option;
    const issuers = new Map(tenants.map((tenant) => [fill(template, claim, tenant), tenant]));
    return { tenants: issuers, claim };
  }
  return {
    tenants: new Map([option].flat().map((issuer) => [issuer, undefined])),
    claim: undefined,
  };
}

/** Returns whether an option is a template. */
export function isTemplate(option: unknown): option is IssuerTemplate {
  return isObject(option);
}

function fill(template: string, claim: string, tenant: string): string {
  return template.replace(`{${claim}}`, () => tenant);
}

/** A form that no token has as its `iss`, and what is wrong with it. */
interface ImpossibleIssuer {
  readonly form: RegExp;
  readonly message: string;
}

const IMPOSSIBLE: readonly ImpossibleIssuer[] = [
  { form: /^$/, message: "expected a non-empty string" },
  { form: INVISIBLE, message: "has an invisible character" },
  { form: /\s/, message: "has a space" },
  {
    form: /[{}]/,
    message: "has a placeholder: name the tenant, or use `{ template, claim, tenants }`",
  },
  { form: /[<>"\\^`|]/, message: "has a character that no URI has" },
  {
    form: /\/\.well-known\//,
    message: "is the URL of a metadata document: use the `issuer` in that document",
  },
  {
    form: /^https:\/\/login\.microsoftonline\.com\/(?:common|organizations|consumers)\b/i,
    message:
      "is an endpoint of all tenants: name the tenant, or use `{ template, claim, tenants }`",
  },
];

/** Returns why no token can have a text as its `iss` (RFC 8414, section 2; RFC 7519, section 2); `undefined` if one can. */
export function issuerTextFault(text: string): string | undefined {
  const impossible = IMPOSSIBLE.find(({ form }) => form.test(text));
  if (impossible !== undefined) return impossible.message;
  if (!/^https?:/i.test(text)) return undefined;
  const url = urlParts(text);
  if (url === undefined || !/^https?:\/\//i.test(text)) return "is not an absolute URL";
  if (text.includes("?") || text.includes("#")) return "has a query or a fragment";
  return url.username === "" && url.password === "" ? undefined : "has credentials";
}

function faultOf(issuer: unknown): readonly string[] {
  if (typeof issuer !== "string") return ["expected a non-empty string"];
  const fault = issuerTextFault(issuer);
  return fault === undefined ? [] : [`${issuer === "" ? "" : `${quoted(issuer)} `}${fault}`];
}

/** Checks for one issuer that a token can have. */
export const isIssuer: OptionCheck = (value) => joined(faultOf(value));

/** Checks for one issuer, a list of issuers, or a template with its claim and tenants. */
export const isIssuerOption: OptionCheck = (value) => {
  if (isObject(value)) return joined(templateFaults(value));
  if (!Array.isArray(value)) return joined(faultOf(value));
  if (value.length === 0) return "expected at least one issuer";
  const repeated = value.length === new Set(value).size ? [] : ["an issuer is repeated"];
  return joined([...value.flatMap(faultOf), ...repeated]);
};

function joined(faults: readonly string[]): string | undefined {
  return faults.length === 0 ? undefined : faults.join("; ");
}

const TEMPLATE_MEMBERS = ["template", "claim", "tenants"];
const TENANT = /^[\w.~-]+$/;

function templateFaults(option: Readonly<Record<string, unknown>>): readonly string[] {
  const unknown = Object.keys(option).filter((name) => !TEMPLATE_MEMBERS.includes(name));
  if (unknown.length > 0) return [`unknown member ${listed(unknown, "and")} of the template`];
  const { template, claim, tenants } = { ...option };
  const faults: string[] = [];
  const name = typeof claim === "string" ? claim : "";
  if (name === "") faults.push("`claim`: expected the name of the claim");
  const areTenants =
    Array.isArray(tenants) &&
    tenants.length > 0 &&
    tenants.every((tenant) => typeof tenant === "string" && TENANT.test(tenant)) &&
    new Set(tenants).size === tenants.length;
  if (!areTenants) {
    faults.push(
      "`tenants`: expected a list of different tenants, each of letters, digits and `.`, `_`, `~`, `-`",
    );
  }
  if (typeof template !== "string") return [...faults, "`template`: expected a string"];
  if (name === "") return faults;
  if (template.split(`{${name}}`).length !== 2) {
    return [...faults, `\`template\`: expected ${quoted(`{${name}}`)} once`];
  }
  return [
    ...faults,
    ...faultOf(fill(template, name, "x")).map((fault) => `\`template\`: ${fault}`),
  ];
}
