import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, totalmem, type } from "node:os";

/** Where and when a long part ran, as one line: a figure without it says little. */
export function circumstances(root, began) {
  const date = began.toISOString().slice(0, 16).replace("T", " ");
  const memory = Math.round(totalmem() / 2 ** 30);
  const target = process.env.RECEPTIVE_TARGET ? `, RECEPTIVE_TARGET=${process.env.RECEPTIVE_TARGET}` : "";
  return (
    `${date} UTC, commit ${commit(root)}: ${cpus()[0]?.model ?? "unknown processor"}, ${vectors()}, ` +
    `${availableParallelism()} cores, ${memory} GB, ${type()} ${arch()}, Node ${process.version}${target}.`
  );
}

/** The widest vectors that the processor says it has; the system tells it only on Linux. */
function vectors() {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].split(" ") ?? [];
    return flags.includes("avx512f") ? "AVX-512" : flags.includes("avx2") ? "AVX2" : "no AVX2";
  } catch {
    return "vectors unknown";
  }
}

function commit(root) {
  const git = (...words) =>
    execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/LONG.md");
    return git("rev-parse", "--short", "HEAD") + (changed === "" ? "" : " with changes");
  } catch {
    return "unknown";
  }
}
