/** Machine code as it grows: bytes, and places among them that may be referred to before they are known. */

/** A place in the code, to which instructions may refer before it is known. */
export class Label {
  position = -1;
  readonly references: { at: number; next: number }[] = [];
}

export class Code {
  private bytes = new Uint8Array(1024);
  private used = 0;
  private readonly labels = new Set<Label>();

  get length(): number {
    return this.used;
  }

  byte(value: number): void {
    if (this.used === this.bytes.length) {
      const larger = new Uint8Array(2 * this.bytes.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes[this.used++] = value;
  }

  word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  append(code: Uint8Array): void {
    for (const b of code) this.byte(b);
  }

  place(label: Label): void {
    label.position = this.used;
  }

  /** Fills with instructions that do nothing. */
  align(to: number): void {
    // Intel's recommended no-operations of one to nine bytes.
    const fillers = [
      [0x90],
      [0x66, 0x90],
      [0x0f, 0x1f, 0x00],
      [0x0f, 0x1f, 0x40, 0x00],
      [0x0f, 0x1f, 0x44, 0x00, 0x00],
      [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
      [0x0f, 0x1f, 0x80, 0, 0, 0, 0],
      [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
      [0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0],
    ];
    let missing = (to - (this.used % to)) % to;
    while (missing > 0) {
      const filler = fillers[Math.min(missing, fillers.length) - 1];
      for (const b of filler) this.byte(b);
      missing -= filler.length;
    }
  }

  /** The code, with every reference to a label filled in. */
  finish(): Uint8Array<ArrayBuffer> {
    for (const label of this.labels) {
      if (label.position < 0) throw new Error("a jump to a label that was never placed");
      for (const { at, next } of label.references) {
        const target = new DataView(this.bytes.buffer);
        target.setInt32(at, target.getInt32(at, true) + label.position - next, true);
      }
      label.references.length = 0;
    }
    return this.bytes.slice(0, this.used);
  }

  /** Four bytes that will hold the distance to a label from the end of this instruction. */
  reference(label: Label, trailing: number, addend = 0): void {
    this.labels.add(label);
    label.references.push({ at: this.used, next: this.used + 4 + trailing });
    this.word(addend);
  }
}
