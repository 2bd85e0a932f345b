import { type PreviewMessage, READY } from "../detail/preview-message.ts";
import "./preview.css";

/**
 * Runs in a sandboxed frame of opaque origin: it reaches no key, no cookie and no other page, and its policy lets it fetch
 * nothing. So a document that attacks what draws it gains only itself.
 */
addEventListener("message", ({ data, source }: MessageEvent<PreviewMessage>) => {
  if (source !== parent || data.kind !== "show") return;
  document.documentElement.dataset.theme = data.theme;
  document.body.replaceChildren(data.mediaType === "text" ? drawText(data) : drawImage(data));
});
parent.postMessage(READY, "*");

function drawText({ bytes, label }: PreviewMessage): HTMLElement {
  const text = document.createElement("pre");
  text.textContent = new TextDecoder().decode(bytes);
  text.tabIndex = 0;
  text.setAttribute("aria-label", label);
  return text;
}

function drawImage({ bytes, mediaType, label }: PreviewMessage): HTMLElement {
  const image = document.createElement("img");
  image.alt = label;
  const address = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mediaType }));
  const release = () => URL.revokeObjectURL(address);
  image.addEventListener("load", release);
  image.addEventListener("error", () => {
    release();
    const words = document.createElement("p");
    words.textContent = "This image cannot be drawn. Download it to open it elsewhere.";
    document.body.replaceChildren(words);
  });
  image.src = address;
  return image;
}
