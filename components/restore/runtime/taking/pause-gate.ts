/** Holds up whoever passes while it is shut. */
export class PauseGate {
  #opening: PromiseWithResolvers<void> | null = null;

  get isShut(): boolean {
    return this.#opening !== null;
  }

  shut(): void {
    this.#opening ??= Promise.withResolvers<void>();
  }

  open(): void {
    this.#opening?.resolve();
    this.#opening = null;
  }

  async pass(): Promise<void> {
    await this.#opening?.promise;
  }
}
