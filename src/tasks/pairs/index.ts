/** Candidates ranked by how well they answer a question: data, and the field's measures. */
export { type OpenQuestionsOptions, openQuestions } from "./data.js";
export {
  type Candidate,
  type GivenPair,
  judgmentsOf,
  type Question,
  type Questions,
  questionsOf,
} from "./questions.js";
export {
  type Counted,
  type Judgments,
  type QuestionScores,
  type RankingOptions,
  type RankingScores,
  type Retrieved,
  type Run,
  rankingScores,
  type Ties,
} from "./ranking.js";
export { judgmentsText, readJudgments, readRun, runText } from "./run-files.js";
