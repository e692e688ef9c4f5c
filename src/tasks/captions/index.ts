/** Sentences about pictures: a network that writes them, its training, and how near they come to those of people. */
export { attentionOver } from "./attention.js";
export { type BleuScores, bleu, captionWords } from "./bleu.js";
export {
  type Caption,
  type CaptionEvaluation,
  type CaptionEvaluationOptions,
  Captioner,
  type CaptionOptions,
  type CaptionWord,
  type DescribedPicture,
  load,
  type NamedAttention,
} from "./captioner.js";
export {
  type CaptionData,
  type CaptionExampleOptions,
  type CaptionExamples,
  captionExamples,
} from "./data.js";
export {
  type CaptionDecoderOptions,
  captionDecoder,
  type DecoderInputs,
  type DecoderOutputs,
} from "./decoder.js";
export {
  type CaptionInputs,
  type CaptionNetwork,
  type CaptionNetworkOptions,
  type CaptionOutputs,
  captionNetwork,
} from "./model.js";
export { type CaptionObjectiveOptions, captionObjective } from "./objective.js";
export {
  BeamSearch,
  type BeamSearchOptions,
  type Finished,
  type LengthNormalisation,
  type Sentence,
} from "./search.js";
export { type CaptionBeginning, type CaptionTrainingOptions, train, vocabularyFor } from "./train.js";
