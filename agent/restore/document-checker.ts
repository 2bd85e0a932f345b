import type { DocumentSink } from "./document-writer.ts";
import type { FileFailure } from "./write-task.ts";

/** Takes verified content and drops it: for `verify`, which reads everything and writes nothing. */
export class DocumentChecker implements DocumentSink {
  readonly failures: FileFailure[] = [];
  finishedFiles = 0;

  writeWhole(): void {
    this.finishedFiles++;
  }

  writePart(): boolean {
    return true;
  }

  finishParts(_file: unknown, _folderPath: string, hasFailed: boolean): void {
    if (!hasFailed) this.finishedFiles++;
  }

  closeParts(): void {}
}
