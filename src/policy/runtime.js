/** The globals of any Web-standard runtime. They are read at each use, so that a test can replace the clock. */
export const runtime = globalThis;
