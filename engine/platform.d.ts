/** The one type of the platform that the ports mention. The engine is compiled without DOM and Node types. */
interface AbortSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}
