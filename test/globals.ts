// Test files share their globals (`isolate: false`). A library that replaces one of these changes what `instanceof Response` means
// to every file that runs later in the same process, so replacing them fails where it happens.
for (const name of ["Request", "Response"] as const) {
  const value: unknown = globalThis[name];
  Object.defineProperty(globalThis, name, { value, configurable: false, writable: false });
}
