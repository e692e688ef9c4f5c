/**
 * `receptive/client`: a page's part of a network that lives in a worker. It brings nothing of the engine into the page.
 */
export type {
  AugmentChoice,
  LayerChoice,
  LossChoice,
  ModelChoice,
  OptimizerChoice,
  Own,
  PenaltyChoice,
  ScheduleChoice,
} from "./choices.js";
export {
  type Connection,
  connect,
  type GiveAway,
  type ModelOptions,
  type RemoteSplits,
} from "./connection.js";
export type { Method, MethodAnswer, MethodOptions } from "./explaining.js";
export { WorkerError, type WorkerLike } from "./liveness.js";
export type { Pictures } from "./page-pictures.js";
export type { Numbers } from "./protocol.js";
export type { DataChoice, RemoteDataset } from "./remote-data.js";
export type {
  RemoteEvaluateOptions,
  RemoteFitEvent,
  RemoteFitOptions,
  RemoteModel,
  RemotePredictOptions,
  RemoteSnapshot,
} from "./remote-model.js";
