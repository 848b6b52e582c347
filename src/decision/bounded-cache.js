/**
 * Creates a cache of two generations: an entry that is read moves into the young one; when that is full, the old one is
 * dropped as a whole. A hit in the young generation costs one lookup and no bookkeeping. The entries cost at most twice
 * `budget` together. An entry that costs more than `budget` is not kept.
 */
export function createBoundedCache(budget) {
    let young = new Map();
    let old = new Map();
    let size = 0;
    const put = (key, entry) => {
        if (entry.cost > budget)
            return;
        size += entry.cost - (young.get(key)?.cost ?? 0);
        if (size > budget) {
            old = young;
            young = new Map();
            size = entry.cost;
        }
        young.set(key, entry);
    };
    return {
        get(key) {
            const known = young.get(key);
            if (known !== undefined)
                return known.value;
            const older = old.get(key);
            if (older !== undefined)
                put(key, older);
            return older?.value;
        },
        peek: (key) => (young.get(key) ?? old.get(key))?.value,
        set: (key, value, cost) => put(key, { value, cost }),
    };
}
