/** Projects of other people: a folder with the packed library and a tool, in which commands run. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);

/** What the tests install lies here, and is removed by nobody: a second run finds it. */
const workplace = join(tmpdir(), "receptive-packages");

export interface ProjectOptions {
  /** What is installed beside the library. */
  readonly packages?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** Fields of its package.json beside the usual ones. */
  readonly manifest?: object;
}

export interface Project {
  readonly folder: string;
  /** Runs a command, with the programs of the installed packages at hand; returns what it printed. */
  run(command: string, ...parameters: string[]): Promise<string>;
}

let packed: Promise<string> | undefined;

/** The library as it would be published, of what was built last. */
export function tarball(): Promise<string> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<string> {
  mkdirSync(workplace, { recursive: true });
  const folder = mkdtempSync(join(workplace, "tarball-"));
  await execute("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  return join(folder, readdirSync(folder)[0]);
}

/** A new project with the library and these packages installed as a stranger installs them: with default settings. */
export async function project(
  name: string,
  { packages = [], files = {}, manifest = {} }: ProjectOptions,
): Promise<Project> {
  const library = await tarball();
  const folder = mkdtempSync(join(workplace, `${name}-`));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("package.json", JSON.stringify({ name, private: true, type: "module", ...manifest }));
  for (const [path, text] of Object.entries(files)) write(path, text);
  const run = async (command: string, ...parameters: string[]): Promise<string> => {
    const path = `${join(folder, "node_modules/.bin")}:${process.env.PATH}`;
    // As a stranger's shell has it: nothing of the tests' own surroundings.
    const { NODE_ENV: _, VITEST: __, RECEPTIVE_TARGET: ___, ...env } = process.env;
    try {
      const options = { cwd: folder, env: { ...env, PATH: path, CI: "1" }, maxBuffer: 2 ** 26 };
      const { stdout, stderr } = await execute(command, parameters, options);
      return stdout + stderr;
    } catch (error) {
      const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
      throw new Error(`${name}: ${message.split("\n")[0]}\n${(stdout + stderr).slice(-4000)}`);
    }
  };
  await run("npm", "install", "--no-audit", "--no-fund", "--prefer-offline", library, ...packages);
  return { folder, run };
}
