/**
 * Who draws from a seed: every user has a stream of its own, so that none changes what another one draws. The second part
 * of Threefry's key is its number here; what parameters begin with, and what layers draw, has the hash of the layer's path
 * (nn/initialisers.ts). A number never changes: seeds would mean other runs.
 */

/** Numbers without a subject: `random.uniform` with no stream named, and the vector that an iteration begins with. */
export const anything = 0;

// Pictures of handwriting-like digits, by their seed.
export const digitsToTrain = 0;
export const digitsToTest = 1;

// Pictures of coloured shapes, by theirs.
export const shapesToTrain = 0;
export const shapesToTest = 1;

// A run of training.
export const orderOfExamples = 1;
export const partsOfData = 2;
export const seedsOfSteps = 3;
export const orderOfStreams = 4;

// Texts.
export const textsToTrain = 0;
export const textsToTest = 1;
export const vectorsOfWords = 5;
export const foldsOfData = 6;

// Features by hand.
export const orderOfDescriptors = 7;
export const samplesOfPairs = 8;
export const groundWindows = 9;

// Methods that explain.
export const spectraOfNoise = 11;
export const shiftsOfMaximisation = 12;
export const beginningsOfMaximisation = 13;
export const beginningsOfFooling = 14;
export const generations = 15;
export const shiftsOfDreams = 16;
export const beginningsOfStyle = 17;

// Anchors and regions that a step of detection looks at.
export const sampledAnchors = 22;
export const sampledRegions = 23;

// Sounds.
export const soundsToTrain = 0;
export const soundsToTest = 1;
export const maskedSpectra = 18;
export const warpedSpectra = 19;
export const stringsOfWords = 20;
export const noises = 21;

/** Augmentations have 16 streams for each epoch: these, 16 more for each epoch before. */
export const ofEpoch = (stream: number, epoch: number): number => stream + epoch * 16;
export const shifts = 1000;
export const affineMaps = 1001;
export const flips = 1002;
export const jitters = 1003;
export const lights = 1004;
export const covers = 1005;
export const mixtures = 1006;
export const partsOfFiles = 1007;
export const crops = 1008;
export const changedSounds = 1009;
export const tiles = 1010;
