/** Words in sounds: recordings, networks for single words and for strings of them, training, and how well they hear. */
export { beam, type Decoded, type Frames, greedy } from "./decode.js";
export { spokenDigits } from "./digits.js";
export { characterErrors, type Errors, plainly, type SaidAndRead, wordErrors } from "./error-rates.js";
export type { FrontEnd } from "./front-end.js";
export type { Hearing } from "./hearing.js";
export { type SpeechNetworkOptions, sequenceNetwork, speechNetwork } from "./model.js";
export {
  load,
  type SpeechEvaluation,
  type SpeechEvaluationOptions,
  type SpeechMistake,
  type SpeechPrediction,
  SpeechRecogniser,
  type SpeechSight,
} from "./recogniser.js";
export {
  type OpenRecordingsOptions,
  openRecordings,
  type Recording,
  type RecordingParts,
  type Recordings,
  recordingsOf,
} from "./recordings.js";
export { type StringOptions, stringsOf } from "./strings.js";
export { type SpeechBeginning, type SpeechTrainingOptions, train } from "./train.js";
export { type ListeningOptions, listeningFor } from "./unknown.js";
