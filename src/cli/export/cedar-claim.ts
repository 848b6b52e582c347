import { quote } from "./cedar-text.js";

/** The scope claim of the token in the context of a request. */
const CLAIM = "context.token.scope";

/** How a request contains the scope claim. */
export interface ClaimForm {
  /** The type of the claim in the schema. */
  readonly type: string;
  /** What the claim contains, for the schema. */
  readonly about: string;
  /** Whether a scope with values of the call can be compared: only a set can be asked for a text that is not known in advance. */
  readonly takesValues: boolean;
  /** Returns conditions of which one is met if the claim has a scope token. */
  readonly has: (name: string) => readonly string[];
  /** The condition that the claim has the type of this form. For another type it is an error, which denies. */
  readonly isRead: string;
  /** The conditions of which each makes the claim malformed. */
  readonly malformed: readonly string[];
  /** Which malformed claims no condition finds, although the library rejects them. */
  readonly unchecked: string;
}

/** Returns the condition that a text claim matches a pattern, in which a star is any text. */
const like = (pattern: string) => `${CLAIM} like "${pattern}"`;

/**
 * Returns the conditions that a text claim has a scope token: alone, first, last or between two others. A pattern without the spaces would
 * find `insurance:claim` in `insurance:claims.read`.
 */
function hasWholeToken(name: string): readonly string[] {
  // a scope token has neither quotes nor backslashes
  const text = name.replaceAll("*", "\\*");
  return [`${CLAIM} == ${quote(name)}`, ...[`${text} *`, `* ${text}`, `* ${text} *`].map(like)];
}

/**
 * Patterns of malformed claims: an empty token, a quote, a backslash, a line break, or a placeholder, which is a mistake of the issuer. The
 * last two also find brackets in different tokens.
 */
const MALFORMED = [
  ...[" *", "* ", "*  *", '*\\"*', "*\\\\*", "*\\t*", "*\\n*", "*\\r*", "*\\0*"],
  ...["*{*}*", "*<*>*"],
];

/** The forms of the claim by the name that selects them. */
export const CLAIM_FORMS = {
  text: {
    type: "String",
    about: "the claim as it is in the token: scope tokens separated by one space (RFC 6749)",
    takesValues: false,
    has: hasWholeToken,
    isRead: like("*"),
    malformed: MALFORMED.map(like),
    unchecked:
      "a scope claim that is too long, or has letters or controls that RFC 6749 does not allow: reject it when you verify the token",
  },
  set: {
    type: "Set<String>",
    about: "the scope tokens of the token, as Amazon Verified Permissions passes them",
    takesValues: true,
    has: (name) => [`${CLAIM}.contains(${quote(name)})`],
    isRead: `!${CLAIM}.contains("")`,
    malformed: [`${CLAIM}.contains("")`],
    unchecked:
      "a scope claim with a malformed scope token, or with a placeholder that the policy does not have: reject it when you verify the token",
  },
} as const satisfies Record<string, ClaimForm>;

/** Returns the condition that a set claim has a scope token that the host bound to values of the call. */
export function hasBoundToken(key: string): string {
  return `(${isBound(key)} && ${CLAIM}.contains(context.bound[${quote(key)}]))`;
}

/** Returns the condition that the values of the call are safe in a scope, because the host bound it. */
export function isBound(key: string): string {
  return `context has bound && context.bound has ${quote(key)}`;
}
