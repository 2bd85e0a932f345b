import type { SetupCreateInput } from "../../contracts/setup.ts";
import { createPortalClient, hasCode } from "../../server/api/client/portal-client.ts";
import { signInHere } from "../session/sign-in-request.ts";

export type SetupOutcome =
  | { readonly kind: "signed_in" | "made" | "setup_done" | "setup_code_wrong" }
  | { readonly kind: "refused"; readonly message: string };

/** Makes the first account, and signs in with it. */
export async function takeService(input: SetupCreateInput): Promise<SetupOutcome> {
  try {
    await createPortalClient({ portalUrl: "" }).setup.create.mutate(input);
  } catch (error) {
    for (const code of ["setup_done", "setup_code_wrong"] as const) {
      if (hasCode(error, code)) return { kind: code };
    }
    return { kind: "refused", message: error instanceof Error ? error.message : String(error) };
  }
  const signedIn = await signInHere(input.email, input.password);
  return { kind: signedIn === "signed_in" ? "signed_in" : "made" };
}
