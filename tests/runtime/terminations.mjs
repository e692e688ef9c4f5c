/**
 * `node terminations.mjs TIMES THREADS`: starts a worker that trains and terminates it in the middle, again and again.
 * Prints how often that took longer than 30 s, and what threads, memory and addresses have become.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

const [times, threads] = process.argv.slice(2).map(Number);
const measure = () => {
  const [size, resident] = readFileSync("/proc/self/statm", "utf8").split(" ");
  return {
    threads: readdirSync("/proc/self/task").length,
    megabytes: Math.round((resident * 4096) / 2 ** 20),
    addresses: Math.round((size * 4096) / 2 ** 30),
  };
};

let hung = 0;
let before;
for (let i = 0; i < times; i++) {
  const worker = new Worker(new URL("training.mjs", import.meta.url), { argv: ["worker", threads, 0] });
  await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  await new Promise((resolve) => setTimeout(resolve, (i * 7) % 50));
  let late;
  const patience = new Promise((resolve) => {
    late = setTimeout(resolve, 30_000, "late");
  });
  if ((await Promise.race([worker.terminate(), patience])) === "late") hung++;
  clearTimeout(late);
  // The first few make what stays: pools of Node, arenas of malloc.
  if (i === Math.min(4, times - 2)) before = measure();
}
console.log(JSON.stringify({ hung, before, after: measure() }));
process.exit(0);
