/** The object of a picture and where it is: how often both are right. */
export { type LocalisationErrors, type Located, localisationErrors } from "./errors.js";
