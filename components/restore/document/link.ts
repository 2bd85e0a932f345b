/**
 * Where invitations ("/join/<id>#<secret>") and enrolment links ("/enrol/<id>#<secret>") are opened: goes on to the vault with
 * the secret still behind a "#", so that no server ever sees it.
 */
const LINK = /^\/(join|enrol)\/([^/]+)$/;
const PLACE = { join: "onboard", enrol: "link" } as const;

const [, kind, linkId] = LINK.exec(location.pathname) ?? [];
const secret = location.hash.slice(1);
const place = kind === "join" || kind === "enrol" ? PLACE[kind] : null;
location.replace(place === null ? "/vault/" : `/vault/#/${place}/${linkId}/${secret}`);

export {};
