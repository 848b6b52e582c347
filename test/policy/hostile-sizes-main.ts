import { HOSTILE, outcomesOf } from "./hostile-sizes.js";

console.log(JSON.stringify(outcomesOf(HOSTILE)));
