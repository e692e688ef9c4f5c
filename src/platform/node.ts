export * from "./node-affine.js";
export * from "./node-files.js";
export * from "./node-hub.js";
export * from "./node-picture-threads.js";
export * from "./node-places.js";
export * from "./node-scope.js";
export * from "./node-sounds.js";
export * from "./node-threads.js";
