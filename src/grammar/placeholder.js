const PLACEHOLDER = /^(?:\{([A-Za-z_]\w{0,63})\}|<([A-Za-z_]\w{0,63})>)$/;
/** Returns the name of a segment that is a placeholder, otherwise `undefined`. `__proto__` is not a valid name. */
export function placeholderName(segment) {
    const match = PLACEHOLDER.exec(segment);
    const name = match?.[1] ?? match?.[2];
    return name === "__proto__" ? undefined : name;
}
