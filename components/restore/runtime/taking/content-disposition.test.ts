import { describe, expect, it } from "vitest";
import { contentDisposition } from "./content-disposition.ts";

describe("the name of a download", () => {
  it("stands twice: as ASCII, and as UTF-8", () => {
    expect(contentDisposition("größe (1).zip")).toBe(
      "attachment; filename=\"gr__e (1).zip\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%281%29.zip",
    );
  });

  it("cannot leave its quotes, or the header", () => {
    const value = contentDisposition('a"; filename="evil\r\nx: y\\%41\ud800');
    expect(value).not.toMatch(/[\r\n]/);
    expect(value.split('"')).toHaveLength(3);
  });
});
