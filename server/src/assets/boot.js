// Loads the program of this page and hands the page over to it. The element of this script names the program's files.
const { program: script, wasm, texts: catalogue } = document.getElementById("boot").dataset;
const limited = typeof WebAssembly !== "object";
try {
  const texts = fetch(catalogue).then((answer) => answer.json());
  const program = await import(script);
  await program.default({ module_or_path: wasm });
  program.start(await texts);
} catch (error) {
  console.error(error);
  // A page without a script does everything that this one does. A browser without WebAssembly gets such pages for an hour,
  // one that could not load a file for a minute.
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
  // A page that was requested before the worker was active has none, and the worker's own claim came before the page was there.
  if (!navigator.serviceWorker?.controller) worker?.active?.postMessage("claim");
} catch {
  // Storage is switched off, or the network was lost in this moment: the page works, and is not kept for offline use.
}
