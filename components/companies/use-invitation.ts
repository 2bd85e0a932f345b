import { useState } from "react";
import { hasCode } from "../../server/api/client/portal-client.ts";
import type { MadeInvitation } from "./make-invitation.ts";

export type InvitationState =
  | { readonly kind: "none" | "making" }
  | { readonly kind: "made"; readonly invitation: MadeInvitation }
  | { readonly kind: "refused"; readonly field: "email" | "form"; readonly message: string };

/** One invitation that is being made, and how that went. */
export function useInvitation(): {
  readonly state: InvitationState;
  readonly make: (making: Promise<MadeInvitation>) => Promise<void>;
} {
  const [state, setState] = useState<InvitationState>({ kind: "none" });
  const make = async (making: Promise<MadeInvitation>) => {
    setState({ kind: "making" });
    try {
      setState({ kind: "made", invitation: await making });
    } catch (error) {
      const field = hasCode(error, "email_taken") ? "email" : "form";
      const message =
        field === "email"
          ? "Somebody has an account with this address. Invite another."
          : `No link was made: ${error instanceof Error ? error.message : String(error)}`;
      setState({ kind: "refused", field, message });
    }
  };
  return { state, make };
}
