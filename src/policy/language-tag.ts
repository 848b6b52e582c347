const TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

/** Returns whether a value has the form of a language tag (BCP 47), such as `en` or `pt-BR`. */
export function isLanguageTag(value: unknown): value is string {
  return typeof value === "string" && TAG.test(value);
}

/** Returns the language of a tag in lower case, without script and region: `pt` for `pt-BR`. */
export function languageOf(tag: string): string {
  return (tag.split("-")[0] as string).toLowerCase();
}
