import { readFileSync } from "node:fs";

/** What torchaudio, torch and numpy say: tests/golden/audio.py writes it. */
export const golden = JSON.parse(readFileSync(new URL("../golden/audio.json", import.meta.url), "utf8"));
