import { join } from "node:path";
import { defineConfig } from "vite";
import { listHashes } from "./build/list-hashes.ts";

const room = import.meta.dirname;

/**
 * Bundles the vault by itself: a static document that no server renders, so that what opens keys is the same bytes for
 * everybody and can be listed by hash (DESIGN section 4). `server/commands/supervisor/build-vault.ts` runs it.
 */
export default defineConfig({
  root: join(room, "document"),
  base: "/vault/",
  publicDir: false,
  resolve: { conditions: ["browser", "module", "import", "default"] },
  css: { postcss: join(room, "../..") },
  worker: { format: "es" },
  plugins: [listHashes()],
  build: {
    outDir: join(room, "../../public/vault"),
    emptyOutDir: true,
    target: "es2023",
    assetsDir: "assets",
    // Fonts and WebAssembly stay files of their own: the policy allows no data: addresses for them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        vault: join(room, "document/index.html"),
        link: join(room, "document/link.html"),
        preview: join(room, "document/preview.html"),
        "service-worker": join(room, "runtime/service-worker.ts"),
      },
      output: {
        // A service worker's address is its identity: it must not change with its content.
        entryFileNames: ({ name }) => (name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
