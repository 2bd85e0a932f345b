/**
 * The hard sizes of the house: a file has at most 400 lines, a function 70, a React component 250.
 * Tests are exempt. Prints what is too long and ends with 1 if anything is.
 */
import { readFileSync } from "node:fs";
import ts from "typescript";
import { listSourceFiles } from "./source-files.ts";

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 70;
const MAX_COMPONENT_LINES = 250;

type SizedFunction = ts.FunctionLikeDeclaration & { body: ts.Node };

const findings = listSourceFiles().flatMap((path) => (isTest(path) ? [] : listFindings(path)));
for (const finding of findings) console.error(finding);
console.log(findings.length === 0 ? "sizes: all within the limits" : `sizes: ${findings.length} too long`);
process.exitCode = findings.length === 0 ? 0 : 1;

function isTest(path: string): boolean {
  return /\.test\.tsx?$|^e2e\/|\/testing\//.test(path);
}

function listFindings(path: string): string[] {
  const text = readFileSync(path, "utf8");
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const fileLines = text.split("\n").length - 1;
  if (fileLines > MAX_FILE_LINES) found.push(`${path}: ${fileLines} lines (a file has at most ${MAX_FILE_LINES})`);
  const visit = (node: ts.Node): void => {
    if (isSizedFunction(node)) found.push(...checkFunction(source, node));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isSizedFunction(node: ts.Node): node is SizedFunction {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function checkFunction(source: ts.SourceFile, node: SizedFunction): string[] {
  const line = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const first = line(node.getStart(source));
  const lines = line(node.end) - first + 1;
  const name = nameOf(node);
  const isComponent = source.fileName.endsWith(".tsx") && /^[A-Z]/.test(name);
  const max = isComponent ? MAX_COMPONENT_LINES : MAX_FUNCTION_LINES;
  return lines > max ? [`${source.fileName}:${first} ${name}: ${lines} lines (at most ${max})`] : [];
}

function nameOf(node: SizedFunction): string {
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : "(anonymous)";
}
