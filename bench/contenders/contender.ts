/** The harness' side of the conversation: a contender's process, asked one thing at a time. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Failed, Introduction, Reply, Request } from "./protocol.js";

/** How a contender is started. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Added to the environment; undefined takes away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export class Contender {
  private readonly process: ChildProcessWithoutNullStreams;
  private answer: ((reply: Reply) => void) | null = null;
  private waiting: Reply[] = [];
  private ended: Failed | null = null;
  private lastWords = "";
  private readonly gone: Promise<void>;

  /** @param limitSeconds  after so long without an answer the process is ended */
  constructor(
    command: Command,
    private readonly limitSeconds: number,
  ) {
    this.process = spawn(command.program, command.arguments, {
      env: { ...process.env, ...command.environment },
    });
    this.process.stdin.on("error", () => {});
    this.process.stderr.on("data", (text: Buffer) => {
      this.lastWords = (this.lastWords + text).slice(-2000);
    });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      const reply = replyIn(line);
      if (reply) this.deliver(reply);
    });
    this.process.on("error", ({ message }) => this.end(message));
    this.gone = new Promise((resolve) => {
      this.process.on("close", (code, signal) => {
        this.end(`ended with ${signal ?? `code ${code}`}${this.complaint()}`);
        resolve();
      });
    });
  }

  /** What it says of itself once it has started. */
  introduction(): Promise<Introduction | Failed> {
    return this.reply() as Promise<Introduction | Failed>;
  }

  ask(request: Request): Promise<Reply> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.reply();
  }

  /** Resolves when the process is gone. */
  close(): Promise<void> {
    this.process.kill("SIGKILL");
    return this.gone;
  }

  private async reply(): Promise<Reply> {
    const early = this.waiting.shift() ?? this.ended;
    if (early) return early;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.end(`no answer in ${this.limitSeconds} s`);
        this.process.kill("SIGKILL");
      }, 1000 * this.limitSeconds);
      this.answer = (reply) => {
        clearTimeout(timer);
        resolve(reply);
      };
    });
  }

  private deliver(reply: Reply): void {
    const { answer } = this;
    this.answer = null;
    if (answer) answer(reply);
    else this.waiting.push(reply);
  }

  private end(reason: string): void {
    if (this.ended) return;
    this.ended = { kind: "failed", reason };
    if (this.answer) this.deliver(this.ended);
  }

  /** The line of its error output that says most. */
  private complaint(): string {
    const lines = this.lastWords.trim().split("\n");
    const said = lines.findLast((line) => line.includes("Error")) ?? lines[lines.length - 1];
    return said === "" ? "" : `: ${said.trim()}`;
  }
}

/** Anything else that a library prints is not for us. */
function replyIn(line: string): Reply | null {
  try {
    const reply = JSON.parse(line);
    return typeof reply?.kind === "string" ? reply : null;
  } catch {
    return null;
  }
}
