/** Times of requests, milliseconds, in the order in which they came. */
export class Latencies {
  private values = new Float64Array(1024);
  private count = 0;

  add(milliseconds: number): void {
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = milliseconds;
  }

  /** The value under which the given part (0 to 1) of all lies; NaN when there are none. */
  quantile(part: number): number {
    const sorted = this.values.slice(0, this.count).sort();
    return sorted[Math.min(this.count - 1, Math.floor(part * this.count))] ?? Number.NaN;
  }
}
