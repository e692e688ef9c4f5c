/** Texts told apart by convolution: data, network, objective, training, and what decided. */

export { type Tokeniser, tokeniser } from "../words/tokens.js";
export { readWordVectors, type WordVectors, type WordVectorsOptions } from "../words/vectors.js";
export { type Vocabulary, type VocabularyOptions, vocabulary, vocabularyOf } from "../words/vocabulary.js";
export {
  load,
  TextClassifier,
  type TextEvaluation,
  type TextEvaluationOptions,
  type TextMistake,
  type TextPrediction,
} from "./classifier.js";
export { type LabelledTexts, labelledTexts, type OpenTextsOptions, openTexts, partsIn } from "./data.js";
export {
  explainText as explain,
  type TextExplanation,
  type TextExplanationOptions,
  type TextMethod,
  type TextWinner,
  textMethods as methods,
} from "./explain.js";
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type FoldResult,
  setApart,
} from "./folds.js";
export { guestMessages } from "./grammar.js";
export type { Labelled } from "./lines.js";
export { type TextNetwork, type TextNetworkOptions, textNetwork, type Variant } from "./model.js";
export type { Reading, Sentence } from "./sentences.js";
export { type TextBeginning, type TextTrainingOptions, train } from "./train.js";
