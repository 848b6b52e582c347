import { describePlans } from "./plan-suite.js";
import { sqliteFiles } from "./sqlite-backend.js";

describePlans("a file of libSQL", () => sqliteFiles);
