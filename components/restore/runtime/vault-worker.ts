import { createOwnerCalls } from "./owner-calls.ts";
import { createReadingCalls } from "./reading-calls.ts";
import { serveCalls } from "./rpc.ts";
import { openVaultSession } from "./session-calls.ts";
import { openRestoreCalls } from "./taking/restore-calls.ts";
import { VaultRoom } from "./vault-room.ts";

/** The vault: the only place with keys. [Note: The vault's protocol] says what crosses to the page. */
const room = new VaultRoom();
const session = openVaultSession(room);
const tell = serveCalls(self, {
  ...session,
  ...createReadingCalls(room),
  ...openRestoreCalls(room),
  ...createOwnerCalls(room, session),
});
room.onEvent(tell);
