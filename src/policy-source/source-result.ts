import type { Finding } from "../errors.js";

/**
 * Why a new policy was refused, or could not be read:
 *
 * - `unreadable`: the file or the server cannot be read; a missing file, a redirect and a timeout too
 * - `too_large`: more bytes than `maxBytes`
 * - `invalid`: not a valid policy; `findings` has every finding
 * - `other_policy`: a policy with another `name`
 * - `older`: an older `version` than that of the policy in force
 * - `reused`: another policy under the version in force
 * - `unordered`: a version that cannot be compared with the one in force; see `compareVersions`
 * - `callback`: `onPolicy`, `onDiff` or `compareVersions` threw an exception
 */
export type PolicyFaultCode =
  | "unreadable"
  | "too_large"
  | "invalid"
  | "other_policy"
  | "older"
  | "reused"
  | "unordered"
  | "callback";

/** Why a source keeps the policy that it has. */
export interface PolicyFault {
  /** The kind of fault. */
  readonly code: PolicyFaultCode;
  /** What is wrong, for the operator: it names neither the content of the file nor a query of the URL. */
  readonly message: string;
  /** The findings of an invalid policy, otherwise empty. */
  readonly findings: readonly Finding[];
}

/** What a source has at the moment. `mark` is what the next read is compared with. */
export type SourceRead =
  | { readonly kind: "text"; readonly text: string; readonly mark?: string | undefined }
  | { readonly kind: "unchanged" }
  | { readonly kind: "fault"; readonly fault: PolicyFault };

/** Creates a fault as the result of a read. */
export function readFault(
  code: PolicyFaultCode,
  message: string,
): Extract<SourceRead, { kind: "fault" }> {
  return { kind: "fault", fault: createFault(code, message) };
}

/** Creates a fault. */
export function createFault(
  code: PolicyFaultCode,
  message: string,
  findings: readonly Finding[] = [],
): PolicyFault {
  return Object.freeze({ code, message, findings });
}

/** Decodes the text of a policy; a fault if it is not UTF-8. */
export function decodeText(bytes: Uint8Array, mark?: string): SourceRead {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { kind: "text", text, mark };
  } catch {
    return readFault("invalid", "the policy is not UTF-8 text");
  }
}
