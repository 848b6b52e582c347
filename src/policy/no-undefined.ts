/**
 * The type in the compile error for a member of a policy that can be `undefined`. It names the place of that member.
 *
 * Only its name matters: `undefined` is not assignable to it.
 */
export interface MustNotBeUndefined<Place extends string> {
  /** The place in the notation of a finding: `tools.get_settings.tier`. Absent at run time. */
  readonly "~place"?: Place;
}

/**
 * Makes the compiler reject `undefined` in a definition. This includes projects without `exactOptionalPropertyTypes`, where
 * `tier?: "pro"` accepts it.
 *
 * For a definition without such a member, the type is `unknown`, which accepts everything. Otherwise it is the shape of the
 * definition with {@link MustNotBeUndefined} for each such member. The error is then reported at that member and names it:
 *
 * ```text
 * Type 'undefined' is not assignable to type 'MustNotBeUndefined<"tools.get_settings.tier"> …
 * ```
 *
 * An optional member (`tier?: "pro"`, as from `...(isPaid && { tier: "pro" })`) is accepted, because it can be absent.
 * Whether it is `undefined` is checked at run time, as are all members in a project without `strictNullChecks`.
 */
export type NoUndefined<Part, Place extends string = ""> = [Part] extends [DefinedValue<Part>]
  ? unknown
  : {
      [Key in keyof Part]: Part[Key] extends Scalar | object
        ? NoUndefined<Part[Key], Inside<Place, Key>>
        : MustNotBeUndefined<Inside<Place, Key>>;
    };

type Scalar = string | number | boolean | null;

/** The same shape without `undefined` in any member. Mapped types keep optional members optional. */
type DefinedValue<Part> = { [Key in keyof Part]: DefinedMember<Part[Key]> };

/** Distributes over a union. `undefined` is not an object and not assignable to a scalar. */
type DefinedMember<Value> = Value extends object ? DefinedValue<Value> : Scalar;

/** The place of a member: `tools` and `t` result in `tools.t`, and an item of a list in `tools.t.anyOf[]`. */
type Inside<Place extends string, Key> = Key extends string
  ? Place extends ""
    ? Key
    : `${Place}.${Key}`
  : `${Place}[]`;
