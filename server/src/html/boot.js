// Fetches the program of this page and hands the page over to it.
const limited = typeof WebAssembly !== "object";
try {
  const texts = fetch("{{texts}}").then((answer) => answer.json());
  const program = await import("{{script}}");
  await program.default({ module_or_path: "{{wasm}}" });
  program.start(await texts);
} catch (error) {
  console.error(error);
  // Plain pages do all that lively ones do. A browser without WebAssembly gets them for an hour, one that missed a file for a minute.
  document.cookie = `servery_browser=limited; path=/; max-age=${limited ? 3600 : 60}; samesite=lax`;
  const plain = new URL(location);
  if (document.documentElement.dataset.mode === "thick" && !plain.searchParams.has("browser")) {
    plain.searchParams.set("browser", "limited");
    location.replace(plain);
  }
}
try {
  const worker = await navigator.serviceWorker?.register("/service-worker.js");
  worker?.waiting?.postMessage("take over");
} catch {
  // Storage that is switched off, or a network that just went away: the page works, and is not kept.
}
