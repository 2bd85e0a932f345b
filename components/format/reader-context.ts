"use client";

import { createContext, useContext } from "react";
import type { Reader } from "./reader.ts";

export const ReaderContext = createContext<Reader>({ theme: "system", timeZone: "UTC", nowMs: 0 });

/** The reader's settings for everything below. */
export function useReader(): Reader {
  return useContext(ReaderContext);
}

const COOKIE_LIFE_S = 365 * 24 * 60 * 60;

/** Keeps a setting in a cookie of this origin; nothing secret goes there. */
export function storeSetting(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and on plain http
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${COOKIE_LIFE_S}; samesite=lax`;
}
