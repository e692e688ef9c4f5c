/** The object of a picture and where it is: a network that tells both, its training, and how often they are right. */
export { boxOfMap, type ClassMap } from "./cam.js";
export { type LocalisationErrors, type Located, localisationErrors } from "./errors.js";
export {
  type Localisation,
  type LocalisationEvaluation,
  type LocalisationEvaluationOptions,
  type LocalisationGuess,
  type LocalisationOptions,
  Localiser,
  load,
} from "./localiser.js";
export {
  type LocalisationNetwork,
  type LocalisationNetworkOptions,
  type LocalisationOutputs,
  localisationNetwork,
} from "./model.js";
export { type LocalisationObjectiveOptions, localisationObjective } from "./objective.js";
export { type LocalisationBeginning, type LocalisationTrainingOptions, train } from "./train.js";
