import type { PolicyTypes } from "../policy/policy-types.js";

/** The names of the tools and endpoints of a policy. */
export type OperationName<Types extends PolicyTypes> = Types["tool"] | Types["endpoint"];

/**
 * A name if the policy declares it; otherwise the names that begin most like it, so that the compiler's error is short and about
 * the name. Because the type parameter is a plain `string`, the compiler works out the parameters of one operation instead of all.
 */
export type KnownName<Types extends PolicyTypes, Name extends string> = [Name] extends [
  OperationName<Types>,
]
  ? Name
  : NamesLike<OperationName<Types>, Name>;

/** The type in the compiler's error where no name of the policy begins with the same letter, and where a name is not a literal. */
type NoSuchOperation<Name extends string> =
  `no tool and no endpoint of the policy begins like ${Name}`;

/** The names that share the most letters with the start of another; an editor that completes an empty text gets all. */
type NamesLike<Names extends string, Name extends string> = Name extends ""
  ? Names
  : NamesAlike<Names, Name, ""> extends infer Like extends string
    ? string extends Like | Name
      ? NoSuchOperation<Name>
      : Like
    : never;

/**
 * Compares four letters at once, and the first one alone where no name shares four: a comparison goes through all names.
 * Gives `string` where no name shares the first letter.
 */
type NamesAlike<
  Names extends string,
  Rest extends string,
  Prefix extends string,
> = Rest extends `${infer A}${infer B}${infer C}${infer D}${infer Others}`
  ? Extract<Names, `${Prefix}${A}${B}${C}${D}${string}`> extends infer Like extends string
    ? [Like] extends [never]
      ? Prefix extends ""
        ? StartingWith<Names, A>
        : Names
      : NamesAlike<Like, Others, `${Prefix}${A}${B}${C}${D}`>
    : never
  : Rest extends `${infer A}${string}`
    ? Prefix extends ""
      ? StartingWith<Names, A>
      : Names
    : Names;

type StartingWith<Names extends string, Letter extends string> =
  Extract<Names, `${Letter}${string}`> extends infer Like
    ? [Like] extends [never]
      ? string
      : Like
    : never;
