/** Random numbers that come again with the same seed. Source: Sebastiano Vigna's splitmix64, of which the upper half is used. */
export class Random {
  #state: bigint;

  /** `part` tells apart what is drawn from one seed: each case of a campaign has its own, so that it can be run alone. */
  constructor(seed: number, part = 0) {
    this.#state = (BigInt(seed) << 32n) ^ BigInt(part);
    for (let n = 0; n < 4; n++) this.#next();
  }

  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return this.#next() % Math.max(1, end);
  }

  pick<T>(things: readonly [T, ...T[]]): T {
    return things[this.below(things.length)] ?? things[0];
  }

  /** True in one of `many` cases. */
  oneIn(many: number): boolean {
    return this.below(many) === 0;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }

  /** 32 bits. */
  #next(): number {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let z = this.#state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return Number((z ^ (z >> 31n)) >> 32n);
  }
}
