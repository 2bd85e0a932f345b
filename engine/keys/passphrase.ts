import { FormatError } from "../codec/format-error.ts";

const LEAST_CHARACTERS = 16;
const LEAST_DIFFERENT = 8;
const MAX_CHARACTERS = 1024;

/**
 * Refuses a chosen passphrase that is too weak to stand between a stolen database and the company's data. A generated
 * one of six words always passes.
 *
 * @param loginPassword what the server is shown at sign-in, and so must not open anything
 * @throws FormatError `weak_passphrase`
 */
export function requireStrongPassphrase(passphrase: string, loginPassword: string): void {
  const characters = [...passphrase.normalize("NFKC")];
  const problem = findProblem(characters, passphrase, loginPassword);
  if (problem === null) return;
  throw new FormatError("weak_passphrase", `${problem}; leave it out to have six random words generated`);
}

function findProblem(characters: string[], passphrase: string, loginPassword: string): string | null {
  const text = characters.join("").toLowerCase();
  const login = loginPassword.normalize("NFKC").toLowerCase();
  if (characters.length > MAX_CHARACTERS) return `a passphrase has at most ${MAX_CHARACTERS} characters`;
  if (passphrase.trim() !== passphrase) return "a passphrase neither begins nor ends with a space";
  if (login !== "" && (text.includes(login) || login.includes(text))) {
    return "the passphrase must not be the login password, nor contain it: the server sees that one";
  }
  if (characters.length < LEAST_CHARACTERS) return `a passphrase needs at least ${LEAST_CHARACTERS} characters`;
  if (new Set(text).size < LEAST_DIFFERENT)
    return `a passphrase needs at least ${LEAST_DIFFERENT} different characters`;
  return null;
}
