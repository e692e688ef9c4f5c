import { count, significant } from "../formatting/numbers.js";
import { renderSvg } from "./render.js";
import { filtersPanel, type SheetFilters } from "./sheet/filters.js";
import { lossPanel, type SheetTraining } from "./sheet/loss.js";
import { page, place } from "./sheet/page.js";
import { reconstructionsPanel, type SheetRow } from "./sheet/reconstructions.js";

/** All that the sheet of a model shows that makes pictures again: plain values. */
export interface ReconstructionSheet {
  /** Model and data, "autoencoder on MNIST". */
  title: string;
  subtitle: string;
  test: { error: number; count: number };
  /** The same pictures, as they are and as the model makes them, and what it is compared with. */
  rows: readonly SheetRow[];
  filters?: SheetFilters;
  training: SheetTraining;
}

/** The sheet as an SVG document of 1400×1000. */
export function reconstructionSheetSvg({
  title,
  subtitle,
  test,
  rows,
  filters,
  training,
}: ReconstructionSheet): string {
  const head = {
    title,
    subtitle,
    figure: significant(test.error),
    caption: `mean squared error, ${count(test.count)} test pictures`,
  };
  return page(head, [
    filters ? filtersPanel(place("upper", "left"), filters) : "",
    lossPanel(place("upper", filters ? "right" : "full"), training),
    reconstructionsPanel(place("lower", "full"), rows),
  ]);
}

/** The sheet as a PNG file. */
export const renderReconstructionSheet = (input: ReconstructionSheet): Promise<Uint8Array> =>
  renderSvg(reconstructionSheetSvg(input));
