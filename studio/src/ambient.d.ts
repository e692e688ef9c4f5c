declare module "virtual:named-answers" {
  /** Answers by the name of their question (`nameOf`). */
  const answers: Readonly<Record<string, import("./engine/lessons.js").Answer>>;
  export default answers;
}

declare module "virtual:network-table" {
  /** Counts by the name of a network. */
  const table: Readonly<Record<string, import("./engine/network-table.js").NetworkCounts>>;
  export default table;
}

declare module "virtual:use-it" {
  /** The address of the script of a worker, the library and what reads drawings and picture files: gzip. */
  const address: string;
  export default address;
}

/** Chromium and Safari have it; elsewhere `globalThis.trustedTypes` is undefined. */
declare var trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL(address: string): string },
      ): { createScriptURL(address: string): unknown };
    }
  | undefined;
