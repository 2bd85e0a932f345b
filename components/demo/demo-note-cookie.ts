/** "hidden" once this browser does not want to be told again that this is the demo. */
export const DEMO_NOTE_COOKIE = "holdfast-demo-note";
