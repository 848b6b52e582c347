/**
 * What a compile error names where a policy holds a member that can be `undefined`: the place of that member.
 *
 * Only its name matters: `undefined` is not assignable to it.
 */
export interface MustNotBeUndefined<Place extends string> {
  /** The place, as a finding would give it: `tools.get_settings.tier`. Never there at run time. */
  readonly "~place"?: Place;
}

/**
 * Makes the compiler refuse `undefined` in a definition, also in a project without `exactOptionalPropertyTypes`, where
 * `tier?: "pro"` accepts it.
 *
 * A definition without such a member gives `unknown`, which demands nothing. For any other it is the shape of the
 * definition with a {@link MustNotBeUndefined} for each such member, so that the error is on that member and names it:
 *
 * ```text
 * Type 'undefined' is not assignable to type 'MustNotBeUndefined<"tools.get_settings.tier"> …
 * ```
 *
 * An optional member (`tier?: "pro"`, which `...(isPaid && { tier: "pro" })` makes) is accepted, because it can be
 * absent. Whether it is `undefined` is checked at run time, as everything is in a project without `strictNullChecks`.
 */
export type NoUndefined<Part, Place extends string = ""> = [Part] extends [Defined<Part>]
  ? unknown
  : {
      [Key in keyof Part]: Part[Key] extends Scalar | object
        ? NoUndefined<Part[Key], Inside<Place, Key>>
        : MustNotBeUndefined<Inside<Place, Key>>;
    };

type Scalar = string | number | boolean | null;

/** The same shape, without `undefined` in any member. Mapped types keep an optional member optional. */
type Defined<Part> = { [Key in keyof Part]: DefinedMember<Part[Key]> };

/** Takes the members of a union one by one; `undefined` is not an object, and not assignable to a scalar. */
type DefinedMember<Value> = Value extends object ? Defined<Value> : Scalar;

/** The place of a member: `tools` and `t` give `tools.t`, and an item of a list gives `tools.t.anyOf[]`. */
type Inside<Place extends string, Key> = Key extends string
  ? Place extends ""
    ? Key
    : `${Place}.${Key}`
  : `${Place}[]`;
