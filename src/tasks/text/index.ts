/** Texts told apart by convolution: data, network, objective, training, and what decided. */
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
export { type Tokeniser, tokeniser } from "./tokens.js";
export { type TextBeginning, type TextTrainingOptions, train } from "./train.js";
export { readWordVectors, type WordVectors, type WordVectorsOptions } from "./vectors.js";
export { type Vocabulary, type VocabularyOptions, vocabulary, vocabularyOf } from "./vocabulary.js";
