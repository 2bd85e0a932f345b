import { createReadingCalls } from "./reading-calls.ts";
import { serveCalls } from "./rpc.ts";
import { openVaultSession } from "./session-calls.ts";
import { openRestoreCalls } from "./taking/restore-calls.ts";
import { VaultRoom } from "./vault-room.ts";

/** The vault: the only place with keys. [Note: The vault's protocol] says what crosses to the page. */
const room = new VaultRoom();
const session = openVaultSession(room);
const tell = serveCalls(self, { ...session, ...createReadingCalls(room), ...openRestoreCalls(room) });
room.onEvent(tell);
