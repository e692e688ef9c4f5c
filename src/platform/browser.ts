export * from "./browser-files.js";
export * from "./browser-hub.js";
export * from "./browser-places.js";
export * from "./browser-scope.js";
export * from "./browser-sounds.js";
export * from "./browser-threads.js";
