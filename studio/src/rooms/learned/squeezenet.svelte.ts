/** SqueezeNet's weights, which are not part of the site: a file of yours, or one that lies beside the page. */
class Weights {
  file = $state.raw<Blob>();
  name = $state("");
  failure = $state("");
  isLoading = $state(false);

  /** Where a site was written with them, and how large they are. */
  get beside(): { address: string; megabytes: string } | undefined {
    const found = document.querySelector<HTMLMetaElement>('meta[name="receptive-squeezenet"]');
    const [address, bytes] = found?.content.split(" ") ?? [];
    return address ? { address, megabytes: (Number(bytes) / 1e6).toFixed(1) } : undefined;
  }

  async load(): Promise<void> {
    const { beside } = this;
    if (!beside) return;
    this.isLoading = true;
    try {
      const answer = await fetch(beside.address);
      if (!answer.ok) throw new Error(`The server says ${answer.status}.`);
      this.take(await answer.blob(), "SqueezeNet");
    } catch (error) {
      this.failure = (error as Error).message;
    } finally {
      this.isLoading = false;
    }
  }

  take(file: Blob, name: string): void {
    this.file = file;
    this.name = name;
    this.failure = "";
  }
}

export const squeezenet = new Weights();
