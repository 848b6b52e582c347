import type { OperationDefinition } from "../../policy/definition.js";
import { type Endpoint, segmentsOf, splitEndpoint } from "../../policy/endpoint-key.js";
import { notAssigned } from "../source/not-assigned.js";
import type { Outcome } from "../source/source.js";
import { type EndpointKey, endpointKeyOf, type Remark } from "./endpoint-key-of.js";
import { type OperationExtension, readExtension } from "./extension.js";
import type { DocumentOperation } from "./read-operations.js";
import type { RuleReading } from "./read-rule.js";
import { samplesOf } from "./sample-path.js";

/** An operation of a document on its way into a policy. Later steps change what becomes of it. */
export interface Draft {
  readonly source: DocumentOperation;
  readonly path: EndpointKey;
  /** Paths that requests of it can have. */
  readonly samples: readonly string[];
  /** Such paths below the base paths that the policy does not use. */
  readonly otherSamples: readonly string[];
  /** The key of `endpoints`; `undefined` if a policy cannot hold the operation. */
  readonly key: string | undefined;
  /** Whether its rule comes from the extension, with its texts. */
  readonly isExtended: boolean;
  /** What the document assigns; `undefined` if it assigns nothing that can be taken. */
  readonly assigned: OperationDefinition | undefined;
  /** Why the policy denies the operation; `undefined` if it does not. */
  denial: string | undefined;
  outcome: Outcome;
  readonly remarks: Remark[];
  /** Operations that the same endpoint decides. */
  readonly merged: Draft[];
}

/**
 * Creates the draft of an operation.
 *
 * @param ofSecurity - the rule of its `security`, which counts only if neither a fault nor an extension decides
 */
export function createDraft(
  source: DocumentOperation,
  document: string,
  ofSecurity: RuleReading,
): Draft {
  const { method, path: written, base, fault } = source;
  const own = endpointKeyOf(method, written).key;
  const extension = fault === undefined ? readExtension(source, own) : undefined;
  const path = pathOf(source, extension?.renamed);
  const { key } = path;
  const draft = {
    source,
    path,
    samples: samplesOf(base.path + written),
    otherSamples: (base.others ?? []).flatMap((other) => samplesOf(other + written)),
    key,
    isExtended: extension !== undefined,
    merged: [],
  };
  const reading: AssignedOrReason =
    fault !== undefined
      ? withoutRule(fault)
      : extension !== undefined
        ? readingOf(extension)
        : ofSecurity;
  const { rule: assigned, isGuess } = reading;
  if (key === undefined) {
    return { ...draft, assigned, denial: undefined, outcome: "left", remarks: [...path.remarks] };
  }
  const remarks = [...path.remarks, ...reading.remarks];
  if (reading.isOptional && !READING.has(method)) remarks.push(OPTIONAL);
  if (reading.rule === undefined) {
    const { code, message } = reading.reason;
    const denial = notAssigned(`${document} ${message}`);
    remarks.push({ code, message: denial });
    return { ...draft, assigned, denial, outcome: "left", remarks };
  }
  if (extension === undefined) remarks.push(...missingParams(key, reading.rule));
  const outcome = isGuess || path.isGuess ? "guessed" : "read";
  return { ...draft, assigned, denial: undefined, outcome, remarks };
}

/**
 * Returns the key for a path below its base path; none if the base path is unknown.
 *
 * @param renamed - the path with other parameter names
 */
function pathOf(
  { method, path: written, base }: DocumentOperation,
  renamed: string | undefined,
): EndpointKey {
  const read = endpointKeyOf(method, written.startsWith("/") ? base.path + written : written);
  const { fault, guess } = base;
  if (fault !== undefined) return { key: undefined, remarks: [fault], isGuess: false };
  if (read.key === undefined) return read;
  const path = renamed === undefined ? read : withParams(read, read.key, renamed);
  return guess === undefined ? path : { ...path, remarks: [...path.remarks, guess], isGuess: true };
}

/** Returns a key whose last segments have the parameter names of a path of the same shape. */
function withParams(read: EndpointKey, key: string, renamed: string): EndpointKey {
  const space = key.indexOf(" ");
  const [all, last] = [segmentsOf(key.slice(space + 1)), segmentsOf(renamed)];
  const segments = [...all.slice(0, all.length - last.length), ...last];
  const remarks = read.remarks.filter(({ code }) => code !== "parameter_renamed");
  return { ...read, key: `${key.slice(0, space)} /${segments.join("/")}`, remarks };
}

/** Returns a remark for each parameter of a scope that the path does not have. */
function missingParams(key: string, rule: OperationDefinition): readonly Remark[] {
  const params = new Set(splitEndpoint(key).segments.flatMap((segment) => segment.params));
  const used = new Set([...JSON.stringify(rule).matchAll(PARAM)].map(([, name = ""]) => name));
  return [...used].flatMap((name) => {
    if (params.has(name)) return [];
    const message = `the path has no parameter \`${name}\`: requests are denied unless the gate gets its value from elsewhere`;
    return [{ code: "scope_parameter_missing", message }];
  });
}

/** A parameter in the text of a rule. */
const PARAM = /\{(\w+)\}/g;

/** Methods by which an operation that is public changes nothing. */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

const OPTIONAL: Remark = {
  code: "optional_security",
  message: "`{}` is one of the alternatives, so that it is public and changes need no token",
};

type AssignedOrReason = Pick<RuleReading, "remarks" | "isGuess" | "isOptional"> &
  (
    | { readonly rule: OperationDefinition; readonly reason?: undefined }
    | { readonly rule?: undefined; readonly reason: Remark }
  );

/** Returns the reading of an operation with an extension: its rule, or that it has none. */
function readingOf({ rule }: OperationExtension): AssignedOrReason {
  if (rule !== undefined) return { rule, remarks: [], isGuess: false, isOptional: false };
  const message =
    "has an `x-scope-policy` for this operation without a readable rule, or with an `endpoint` of another path";
  return withoutRule({ code: "extension_syntax", message });
}

function withoutRule(reason: Remark): AssignedOrReason {
  return { reason, remarks: [], isGuess: false, isOptional: false };
}

/** Returns what the policy assigns to an operation; `undefined` if it assigns nothing. */
export function ruleOf({ outcome, assigned }: Draft): OperationDefinition | undefined {
  return outcome === "left" ? undefined : assigned;
}

/** Leaves an operation, and all that the same endpoint decides. With a reason, the policy denies them. */
export function leave(draft: Draft, remark: Remark, denial?: string): void {
  for (const one of [draft, ...draft.merged]) {
    one.outcome = "left";
    one.remarks.push(remark);
  }
  draft.denial = denial;
}

/** Counts an operation as decided by the endpoint of another one. */
export function mergeInto(lead: Draft, draft: Draft, remark: Remark): void {
  lead.merged.push(draft);
  draft.remarks.push(remark);
  if (lead.outcome === "left") draft.outcome = "left";
  else draft.outcome = "merged";
}

/** Returns the parsed key of an operation: its own, or the one by which its requests are decided. */
export function endpointOf({ key, path }: Draft): Endpoint | undefined {
  const text = key ?? path.nearKey;
  return text === undefined ? undefined : splitEndpoint(text);
}

/**
 * Returns a text that is equal for two operations of one shape with the same rule: parameters in it count by their place in the path.
 * `undefined` if the operation has no rule.
 */
export function ruleText(draft: Draft): string | undefined {
  const rule = draft.assigned;
  if (rule === undefined) return undefined;
  // only operations with a shape are compared
  const { segments } = endpointOf(draft) as Endpoint;
  const params = segments.flatMap((segment) => segment.params);
  const text = JSON.stringify(typeof rule === "string" ? { scope: rule } : withoutTexts(rule));
  if (draft.isExtended) return `${text} ${params.join(" ")}`;
  return text.replaceAll(PARAM, (whole, name: string) => {
    const place = params.indexOf(name);
    return place === -1 ? whole : `{${place}}`;
  });
}

/** Returns whether two operations of different shapes have one rule. A placeholder would have a value of another place. */
export function isSameRule(one: Draft, other: Draft): boolean {
  const [left, right] = [one, other].map(({ assigned }) => JSON.stringify(assigned));
  return left !== undefined && left === right && !/\{\w/.test(left);
}

function withoutTexts(rule: object): object {
  return Object.fromEntries(
    Object.entries(rule).filter(([name]) => name !== "title" && name !== "description"),
  );
}
