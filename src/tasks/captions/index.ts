/** Sentences about pictures: how near they come to those of people. */
export { type BleuScores, bleu, captionWords } from "./bleu.js";
