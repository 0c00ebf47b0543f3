// Fetches the program of this page and hands the page over to it.
const texts = fetch("{{texts}}").then((answer) => answer.json());
try {
  const program = await import("{{script}}");
  await program.default({ module_or_path: "{{wasm}}" });
  program.start(await texts);
  const worker = await navigator.serviceWorker?.register("/service-worker.js");
  worker?.waiting?.postMessage("take over");
} catch (error) {
  // No WebAssembly here, or it did not arrive: plain pages do all that lively ones do.
  console.error(error);
  document.cookie = "servery_browser=limited; path=/; max-age=3600; samesite=lax";
  const plain = new URL(location);
  if (document.documentElement.dataset.mode === "thick" && !plain.searchParams.has("browser")) {
    plain.searchParams.set("browser", "limited");
    location.replace(plain);
  }
}
