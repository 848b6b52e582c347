import { ownMembers } from "../policy/own-members.js";
/**
 * Returns a copy of an event for a mapper: the event, its parts and its arguments with own members only, so that a mapper reads
 * no inherited member.
 */
export function copyOwnEvent(event) {
    const own = ownMembers(event);
    for (const [name, member] of Object.entries(own))
        own[name] = copyOwnPart(member);
    return own;
}
function copyOwnPart(part) {
    return Array.isArray(part) ? part.map(copyOwnPart) : (ownMembers(part) ?? part);
}
