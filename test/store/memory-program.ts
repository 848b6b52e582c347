// Prints what the revocations in memory cost. A process of its own: garbage of other tests would count otherwise.
import { measureMemory } from "./faults/memory.js";

console.log(JSON.stringify(measureMemory(20_000, 1_000)));
