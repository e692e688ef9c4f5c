/** Where things are: the package that is measured, and that of the peers. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the compiled harness and that of its sources lie at the same depth. */
export const root = fileURLToPath(new URL("../../", import.meta.url));
export const peersFolder = `${root}bench/peers/`;

export const receptiveVersion = (): string => packageOf(root).version;

/** @throws where the folder holds no package */
export const packageOf = (folder: string): { version: string } =>
  JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
