/** What an audio worklet hands over: blocks of one channel, at the device's rate. */
const block = 1024;

class Capture extends AudioWorkletProcessor {
  #samples = new Float32Array(block);
  #filled = 0;

  process([channels]) {
    if (channels.length === 0) return true;
    const [first] = channels;
    for (let i = 0; i < first.length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.#samples[this.#filled++] = sum / channels.length;
      if (this.#filled < block) continue;
      this.port.postMessage(this.#samples, [this.#samples.buffer]);
      this.#samples = new Float32Array(block);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor("capture", Capture);
