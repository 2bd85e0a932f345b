import type { VaultFault } from "../runtime/protocol/vault-protocol.ts";

/** Why nothing was opened: what happened, what is safe, what to do. */
export function describeRefusal(fault: VaultFault, providerName: string): string {
  switch (fault.code) {
    case "wrong_passphrase":
      return "That passphrase does not open this key. Nothing was changed. Try again, or use the recovery key.";
    case "wrong_recovery_key":
      return "That recovery key does not open this company. Nothing was changed. Compare it with the printed words.";
    case "bad_words":
      return `Those are not the words of a recovery key: ${fault.message}. Nothing was changed.`;
    case "log_truncated":
      return `The company log is older than the one this browser saw. Nothing was opened. Ask another owner before you go on. Code: ${fault.code}.`;
    case "no_keys_yet":
      return "This company has no keys yet. Its first owner makes them with the invitation; until then there is nothing to open.";
    case "sign_in_required":
      return "You are not signed in any more. Nothing was opened. Load this page again to sign in.";
    case "database_unreachable":
    case "vault_failed":
      return `The vault could not be opened: ${fault.message}. Nothing was changed. Try again in a moment.`;
    default:
      return `${sentence(fault.message)} Nothing was opened. Ask another owner, or ${providerName}, before you go on. Code: ${fault.code}.`;
  }
}

function sentence(message: string): string {
  const text = message.slice(0, 1).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
