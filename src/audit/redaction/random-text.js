/**
 * The letters that often follow each letter from `a` to `z` in words. They cover 97.5 % of the pairs of letters in the identifiers
 * and pages of 4,900 files of npm packages, and 40 % of the pairs in random text.
 */
const FOLLOWERS = `bcdfgiklmnprstuvwxy aeijlorsu acehiklorstuy adeilorsuy abcdefgilmnopqrstvwxy aefilortuy aehilnorsu aeiort
abcdefglmnoprstvxz es aeis adeilopstuvy abeimopsu acdefgiklnostuv abcdfgijklmnoprstuvw aehiloprstu u acdefgiklmnorstuvy
acefhiklopstuy acehiloprstuy abcdefgilmnprst aei aeinor ceipt lnpsw eo`.split(/\s+/);
/**
 * The share of uncommon pairs from which a run counts as random: words of programs have less, random text of 20 characters more.
 */
const RANDOM_SHARE = 0.3;
/**
 * Returns whether a run of letters, digits and separators is random rather than made of words, by the share of pairs of
 * characters that are uncommon in words. An uppercase letter after a lowercase letter begins a word.
 */
export function looksRandom(run) {
    let pairs = 0;
    let odd = 0;
    for (let at = 1; at < run.length; at += 1) {
        const [before, after] = [run.charAt(at - 1), run.charAt(at)];
        const [first, second] = [characterClass(before), characterClass(after)];
        if (first === "-" || second === "-" || (first === "0" && second === "0"))
            continue;
        pairs += 1;
        if (first === "a" && second === "A")
            continue;
        if (first === "0" || second === "0" || !isCommon(before, after))
            odd += 1;
    }
    return odd >= RANDOM_SHARE * pairs && pairs > 0;
}
function isCommon(before, after) {
    const followers = FOLLOWERS[before.toLowerCase().charCodeAt(0) - 97];
    return followers.includes(after.toLowerCase());
}
/** Returns the class of a character: uppercase letter (`A`), lowercase letter (`a`), digit (`0`), or other (`-`). */
export function characterClass(character) {
    if (character >= "a" && character <= "z")
        return "a";
    if (character >= "A" && character <= "Z")
        return "A";
    return character >= "0" && character <= "9" ? "0" : "-";
}
