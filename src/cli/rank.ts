import type { Command } from "commander";
import { evaluateRankCommand } from "./rank/evaluate.js";
import { searchRankCommand } from "./rank/search.js";
import { trainRankCommand } from "./rank/train.js";

export function rankCommand(program: Command): void {
  const rank = program
    .command("rank")
    .description("rank sentences by how well they answer a question: train, measure, search");
  trainRankCommand(rank);
  evaluateRankCommand(rank);
  searchRankCommand(rank);
}
