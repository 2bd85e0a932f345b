import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What an office owns: made up, and written where no path tells of whoever took the pictures. */
export class SampleCompany {
  readonly folder: string;
  readonly #now = Date.now();

  /** @throws when something of that name is there already: it is not ours to remove */
  constructor() {
    const isRoot = process.getuid?.() === 0;
    this.folder = join(isRoot ? "/srv" : homedir(), "brightwater");
    mkdirSync(dirname(this.folder), { recursive: true });
    mkdirSync(this.folder);
  }

  get projects(): string {
    return join(this.folder, "projects");
  }

  get accounts(): string {
    return join(this.folder, "accounts");
  }

  /** Of the desk that was let in last. */
  get desk(): string {
    return join(this.folder, "desk");
  }

  /** Everything as it was at first. */
  writeFirst(): void {
    for (const name of ["Mill Lane School", "Old Customs House", "Quayside Library"]) {
      this.#write(`projects/${name}/Brief.md`, brief(name), 70);
      this.#write(`projects/${name}/Correspondence/Client, first letter.txt`, letter(name), 68);
    }
    for (const [at, name] of DRAWINGS.entries()) {
      this.#write(`projects/Quayside Library/Drawings/${name}`, randomBytes(180_000 + at * 97_000), 64 - at * 2);
    }
    for (const name of ["Stair B, balusters.dwg", "Window reveals.dwg"]) {
      this.#write(`projects/Quayside Library/Drawings/Details/${name}`, randomBytes(90_000), 62);
    }
    this.#write("projects/Quayside Library/Drawings/Issued for tender/Covering note.txt", letter("Tender"), 60);
    this.#write("projects/Quayside Library/Drawings/Door schedule.csv", doorSchedule(11), 60);
    this.#write("projects/Quayside Library/Drawings/Fire strategy.md", brief("Fire strategy"), 58);
    this.#write("projects/Quayside Library/Drawings/Ground floor plan.png", floorPlan(0), 61);
    this.#write("projects/Quayside Library/Drawings/Stair B details.dwg", randomBytes(610_000), 59);
    for (const [at, name] of MODELS.entries()) {
      this.#write(`projects/Quayside Library/Model/${name}`, randomBytes(5_000_000 + at * 1_400_000), 57 - at);
    }
    this.#write("accounts/2026/Ledger.csv", ledger(40), 30);
    this.#write("accounts/2026/Invoices/Alder joinery, 2026-041.txt", letter("Invoice 2026-041"), 28);
    this.#write("accounts/2025/Ledger.csv", ledger(120), 300);
    this.#write("desk/Notes/Minutes of 17 November.txt", letter("Minutes"), 2);
  }

  /** The n-th day on which somebody worked: what changed since the one before. */
  writeChange(at: number): void {
    const daysAgo = CHANGE_DAYS[at] ?? 0;
    this.#write("projects/Quayside Library/Drawings/Ground floor plan.png", floorPlan(at + 1), daysAgo);
    this.#write("projects/Quayside Library/Drawings/Door schedule.csv", doorSchedule(14 + at * 3), daysAgo);
    if (at % 2 === 1)
      this.#write("projects/Mill Lane School/Brief.md", `${brief("Mill Lane")}\nRevision ${at}\n`, daysAgo);
    if (at === CHANGE_DAYS.length - 1) {
      rmSync(join(this.folder, "projects/Quayside Library/Drawings/Stair B details.dwg"));
      this.#write("projects/Quayside Library/Drawings/Site photograph.png", photograph(), daysAgo);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(path: string, content: string | Uint8Array, daysAgo: number): void {
    const whole = join(this.folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    const at = new Date(this.#now - daysAgo * DAY_MS - (path.length % 9) * HOUR_MS);
    utimesSync(whole, at, at);
    utimesSync(dirname(whole), at, at);
  }
}

/** How long ago each change was made, and backed up an hour later. */
export const CHANGE_DAYS = [47, 33, 21, 12, 6, 3, 1, 0.2] as const;
/** How long ago everything was backed up for the first time. */
export const FIRST_DAYS = 55;

const DRAWINGS = [
  "A-001 Cover sheet.pdf",
  "A-101 Site plan.pdf",
  "A-201 Ground floor plan.pdf",
  "A-202 First floor plan.pdf",
  "A-203 Roof plan.pdf",
  "A-301 Sections.dwg",
] as const;

const MODELS = [
  "Foundations.ifc",
  "Ground floor.ifc",
  "First floor.ifc",
  "Roof.ifc",
  "Services.ifc",
  "Quayside central.ifc",
] as const;

function brief(title: string): string {
  return [
    `# ${title}`,
    "",
    "A reading room for sixty people, a room for children, and a foyer that stays open in the evening.",
    "Step-free from the quay. The stair at the north end is kept.",
    "",
    "- daylight from the north, no glare on desks",
    "- the oak floor of 1931 is repaired, not replaced",
    "- one lift, 1,100 x 1,400 mm",
    "",
  ].join("\n");
}

function letter(subject: string): string {
  return [
    `Subject: ${subject}`,
    "",
    "Dear all,",
    "",
    "thank you for the drawings. We would like to move the enquiry desk towards the entrance, and to hear",
    "what that means for the doors to the foyer. Could we talk on Tuesday, about 10:00?",
    "",
    "With kind regards",
    "Brightwater",
    "",
  ].join("\n");
}

function doorSchedule(doors: number): string {
  const lines = Array.from({ length: doors }, (_, at) => {
    const number = String(at + 1).padStart(2, "0");
    return `D-${number},${at % 3 === 0 ? "Foyer" : at % 3 === 1 ? "Reading room" : "Stair B"},${910 + (at % 4) * 100},2100,EI ${at % 2 === 0 ? 30 : 60}`;
  });
  return ["Door,Room,Width mm,Height mm,Fire rating", ...lines, ""].join("\n");
}

function ledger(lines: number): string {
  const rows = Array.from(
    { length: lines },
    (_, at) => `2026-${String((at % 12) + 1).padStart(2, "0")},Invoice ${at + 1},${1200 + at * 37}.00`,
  );
  return ["Month,What,EUR", ...rows, ""].join("\n");
}

type Colour = readonly [red: number, green: number, blue: number];
const PAPER: Colour = [252, 251, 247];
const INK: Colour = [38, 48, 56];
const REVISION: Colour = [200, 60, 52];

/** A plan with walls and desks; each revision has one desk more, and its cloud in red. */
function floorPlan(revision: number): Uint8Array {
  const picture = new Picture(640, 400, PAPER);
  const wall = (left: number, top: number, width: number, height: number) =>
    picture.frame({ left, top, width, height }, INK, 5);
  wall(40, 40, 460, 320);
  wall(40, 40, 200, 200);
  wall(240, 40, 260, 200);
  for (let at = 0; at < 3 + revision; at++) {
    picture.frame({ left: 64 + (at % 3) * 56, top: 68 + Math.floor(at / 3) * 44, width: 40, height: 26 }, INK, 2);
  }
  for (let step = 0; step < 9; step++)
    picture.frame({ left: 270 + step * 14, top: 264, width: 14, height: 72 }, INK, 2);
  picture.frame({ left: 380, top: 70, width: 90, height: 60 }, REVISION, 3);
  picture.frame({ left: 524, top: 40, width: 84, height: 320 }, INK, 2);
  for (let line = 0; line < 6; line++)
    picture.fill({ left: 534, top: 240 + line * 16, width: 64 - (line % 3) * 12, height: 3 }, INK);
  return picture.toPng();
}

/** Sky, water, and a house on the quay. */
function photograph(): Uint8Array {
  const picture = new Picture(640, 400, [176, 203, 222]);
  for (let top = 0; top < 230; top += 2)
    picture.fill({ left: 0, top, width: 640, height: 2 }, [150 + top / 4, 190 + top / 6, 224]);
  picture.fill({ left: 0, top: 300, width: 640, height: 100 }, [62, 92, 108]);
  for (let at = 0; at < 22; at++)
    picture.fill({ left: (at * 83) % 600, top: 308 + at * 4, width: 60, height: 2 }, [96, 130, 146]);
  picture.fill({ left: 0, top: 280, width: 640, height: 22 }, [120, 112, 104]);
  picture.fill({ left: 150, top: 130, width: 340, height: 152 }, [168, 92, 70]);
  picture.fill({ left: 138, top: 112, width: 364, height: 22 }, [74, 72, 76]);
  for (let at = 0; at < 7; at++) {
    picture.fill({ left: 172 + at * 45, top: 152, width: 24, height: 40 }, [228, 226, 214]);
    picture.fill(
      { left: 172 + at * 45, top: 218, width: 24, height: at === 3 ? 64 : 40 },
      at === 3 ? [52, 62, 66] : [228, 226, 214],
    );
  }
  return picture.toPng();
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A small picture of rectangles, as PNG. */
class Picture {
  readonly #width: number;
  readonly #rows: Buffer[];

  constructor(width: number, height: number, ground: Colour) {
    this.#width = width;
    this.#rows = Array.from({ length: height }, () => Buffer.alloc(1 + width * 3));
    this.fill({ left: 0, top: 0, width, height }, ground);
  }

  fill({ left, top, width, height }: Box, colour: Colour): void {
    for (const row of this.#rows.slice(top, top + height)) {
      for (let x = left; x < Math.min(this.#width, left + width); x++) row.set(colour.map(Math.round), 1 + x * 3);
    }
  }

  frame({ left, top, width, height }: Box, colour: Colour, thick: number): void {
    this.fill({ left, top, width, height: thick }, colour);
    this.fill({ left, top: top + height - thick, width, height: thick }, colour);
    this.fill({ left, top, width: thick, height }, colour);
    this.fill({ left: left + width - thick, top, width: thick, height }, colour);
  }

  toPng(): Uint8Array {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(this.#width, 0);
    head.writeUInt32BE(this.#rows.length, 4);
    // Eight bits for each of red, green and blue.
    head.set([8, 2, 0, 0, 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([
      signature,
      pngChunk("IHDR", head),
      pngChunk("IDAT", deflateSync(Buffer.concat(this.#rows))),
      pngChunk("IEND", Buffer.alloc(0)),
    ]);
  }
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
