import { describeCorpus, describeCorpusRows } from "./corpus-suite.js";
import { sqliteFiles } from "./sqlite-backend.js";

describeCorpusRows();
describeCorpus("a file of libSQL", () => sqliteFiles);
