/** The microphone, through an audio worklet at whatever rate the device has. Off when the room is left. */
import { trusted } from "../../state/trusted.js";
import workletAddress from "./capture-worklet.js?url";
import { Endpoint, type Utterance } from "./endpoint.js";

/** What is said is looked at so often while it is being said, in ms. */
const pace = 120;
/** What devices do to voices is meant for ears. */
const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

export class Microphone {
  isOn = $state(false);
  failure = $state("");
  level = $state(0);
  #stream: MediaStream | undefined;
  #context: AudioContext | undefined;
  readonly #onspeech: (utterance: Utterance) => void;

  /** To be made where a view is made. @param onspeech  is told what was said so far, and when it has ended */
  constructor(onspeech: (utterance: Utterance) => void) {
    this.#onspeech = onspeech;
    $effect(() => () => this.stop());
  }

  async start(): Promise<void> {
    this.failure = "";
    this.isOn = true;
    try {
      if (!navigator.mediaDevices)
        throw new Error("this page may not use it: only https and this computer may");
      const stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
      // Left while the browser asked.
      if (!this.isOn) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      const context = new AudioContext();
      this.#context = context;
      await context.audioWorklet.addModule(trusted(workletAddress) as unknown as string);
      const endpoint = new Endpoint(context.sampleRate);
      const node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
      let told = 0;
      node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
        if (!this.isOn) return;
        const utterance = endpoint.push(data);
        this.level = endpoint.level;
        if (!utterance) return;
        const now = performance.now();
        if (!utterance.isDone && now - told < pace) return;
        told = now;
        this.#onspeech(utterance);
      };
      context.createMediaStreamSource(stream).connect(node);
    } catch (error) {
      this.stop();
      this.failure = (error as Error).message;
    }
  }

  stop(): void {
    this.isOn = false;
    this.level = 0;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    void this.#context?.close();
    this.#context = undefined;
  }
}
