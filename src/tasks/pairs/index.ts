/** Candidates ranked by how well they answer a question: data, and the field's measures. */
export { type OpenQuestionsOptions, openQuestions } from "./data.js";
export type { WordShape } from "./english.js";
export { bm25, featureNames, featuresOf } from "./features.js";
export { townQuestions } from "./grammar.js";
export type { PairSight, ReadText, SeenFeature, SeenSimilarity, SeenText } from "./looking.js";
export { type PairInputs, type PairNetwork, type PairNetworkOptions, pairNetwork } from "./model.js";
export type { Passage, WordStatistics } from "./passages.js";
export {
  type Candidate,
  type GivenPair,
  judgmentsOf,
  type Question,
  type Questions,
  questionsOf,
} from "./questions.js";
export {
  evaluationOf,
  load,
  type PairEvaluation,
  type PairEvaluationOptions,
  type Ranked,
  Ranker,
  type RankingMethod,
  type RankingMistake,
} from "./ranker.js";
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
export type { PairReading } from "./reading.js";
export { judgmentsText, readJudgments, readRun, runText } from "./run-files.js";
export { type PairBeginning, type PairTrainingOptions, train } from "./train.js";
