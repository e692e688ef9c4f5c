import { optionsOf } from "../../door/options.js";
import { positive, rule } from "../../door/rules.js";
import * as nn from "../../nn/index.js";
import type { Tensor } from "../../tensor/tensor.js";
import { placesEncoder } from "../places-encoder.js";
import { type CaptionDecoderOptions, captionDecoder, decoderType } from "./decoder.js";

/** A {@link captionNetwork} in numbers. */
export interface CaptionNetworkOptions extends CaptionDecoderOptions {
  /**
   * What sees: from N×H×W×3 pixels of 0 to 255 to N×h×w×D, what each place of a grid has to say. A small network of ours if left
   * out.
   */
  encoder?: nn.Layer;
  /** Filters of the small one are so many times as many; 1 if left out. */
  width?: number;
}

/** What a {@link captionNetwork} takes: `images` N×H×W×3, pixels of 0 to 255, and `words` N×T, of which the first begins the caption. */
export type CaptionInputs = { readonly images: Tensor; readonly words: Tensor };

/**
 * What it gives: `places` N×h×w×D, what the encoder sees; `scores` N×T×V of the word after each, before a softmax; and
 * `attention` N×T×(h·w), how much is looked at each place for it.
 */
export type CaptionOutputs = { readonly places: Tensor; readonly scores: Tensor; readonly attention: Tensor };

/** A network of {@link CaptionInputs} to {@link CaptionOutputs}. */
export type CaptionNetwork = nn.Graph<CaptionInputs, CaptionOutputs>;

/**
 * The network that describes pictures: an encoder, which says of places what is there, and a decoder, which looks at them word
 * by word ({@link captionDecoder}).
 *
 * Vinyals, Toshev, Bengio, Erhan: Show and Tell, CVPR 2015; Xu et al.: Show, Attend and Tell, ICML 2015.
 */
export function captionNetwork(given: CaptionNetworkOptions): CaptionNetwork {
  const {
    encoder,
    width = 1,
    ...decoder
  } = optionsOf("captionNetwork", given, {
    ...{ words: 1, size: 1, units: 1, attention: 1, positions: 1, dropout: 1, wordDropout: 1 },
    encoder: rule(
      "a layer, or a network of layers",
      (value) => typeof (value as nn.Layer | null)?.forward === "function",
    ),
    width: positive,
  });
  return nn.graph("captions", {
    inputs: ["images", "words"],
    nodes: {
      places: { layer: (encoder ?? placesEncoder(width)) as nn.AnyLayer, from: "images" },
      decoder: {
        layer: captionDecoder(decoder as CaptionDecoderOptions) as unknown as nn.AnyLayer,
        from: { places: "places", words: "words" },
      },
    },
    outputs: { places: "places", scores: "decoder.scores", attention: "decoder.attention" },
  }) as unknown as CaptionNetwork;
}

/** Layers of a {@link captionNetwork} that `nn.fromDescription` does not know. */
export const captionLayers: nn.AnyOwnLayers = {
  [decoderType]: (options) => captionDecoder(options as CaptionDecoderOptions) as unknown as nn.AnyLayer,
};
