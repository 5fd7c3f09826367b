/** The last bytes of a stream, in a memory of fixed size. */
export class LastBytes {
  private readonly ring: Buffer;
  /** Where the next byte goes. */
  private at = 0;
  /** The number of all bytes so far. */
  count = 0;

  constructor(size: number) {
    this.ring = Buffer.alloc(size);
  }

  push(bytes: Buffer): void {
    this.count += bytes.length;
    for (let rest = bytes.subarray(-this.ring.length); rest.length > 0;) {
      const taken = rest.copy(this.ring, this.at);
      this.at = (this.at + taken) % this.ring.length;
      rest = rest.subarray(taken);
    }
  }

  /** The kept bytes, in order. */
  bytes(): Buffer {
    if (this.count < this.ring.length) return Buffer.from(this.ring.subarray(0, this.count));
    return Buffer.concat([this.ring.subarray(this.at), this.ring.subarray(0, this.at)]);
  }
}
