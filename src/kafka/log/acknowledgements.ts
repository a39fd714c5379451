/** Who waits for what was appended to become durable, in the order of offsets. */

/** Told when what it waits for is durable, or lost: 0 or Kafka's error code. */
export interface Acknowledgement {
  settled(refusal: number): void
}

export class Acknowledgements {
  readonly #waiting: Acknowledgement[] = []
  readonly #waitingFor: number[] = []

  /** For everything below `offset`, which is never less than that of who came before. */
  add(offset: number, acknowledgement: Acknowledgement): void {
    this.#waiting.push(acknowledgement)
    this.#waitingFor.push(offset)
  }

  /** Tells all that wait for no more than `offset`. */
  settle(offset: number, refusal: number): void {
    let count = 0
    while (count < this.#waiting.length && this.#waitingFor[count]! <= offset) count++
    if (count === 0) return
    this.#waitingFor.splice(0, count)
    for (const acknowledgement of this.#waiting.splice(0, count)) acknowledgement.settled(refusal)
  }
}
