/** Commands of whole applications, in the order of the help. */
import { captionCommand } from "./caption.js";
import { classifyTextCommand } from "./classify-text.js";
import { detectCommand } from "./detect.js";
import { rankCommand } from "./rank.js";
import { segmentCommand } from "./segment.js";
import { styleCommand } from "./style.js";
import { styleTrainCommand } from "./style-train.js";
import { transcribeCommand } from "./transcribe.js";

export const taskCommands = [
  styleCommand,
  styleTrainCommand,
  classifyTextCommand,
  rankCommand,
  transcribeCommand,
  detectCommand,
  captionCommand,
  segmentCommand,
];
