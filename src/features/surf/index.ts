export { type SurfFeatures, type SurfKeypoint, type SurfOptions, surf } from "./surf.js";
