// Test files share their globals (`isolate: false`). A library that replaces one of these changes the meaning of
// `instanceof Response` for every later file in the same process, so replacing them throws.
for (const name of ["Request", "Response"] as const) {
  const value: unknown = globalThis[name];
  Object.defineProperty(globalThis, name, { value, configurable: false, writable: false });
}
