// A restaurant's opening state and menu inside another web site:
//   <div data-servery="SLUG"><a href="PAGE">Order online</a></div>
//   <script async src="https://THIS-SERVER/widget.js"></script>
// Without this script, or without an answer, the link stays as it is. Nothing is stored, and no cookie is sent.
(() => {
  const server = new URL(document.currentScript.src).origin;
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { display: block; color: inherit; font: inherit; line-height: 1.5; text-align: start }
    p, ul { margin: 0; padding: 0 }
    .state { margin-block-end: .5em }
    .order { display: inline-block; padding: .8em 1.5em; border-radius: 8px; background: var(--color); color: #fff; font-weight: 600; text-decoration: none }
    .menu { margin-block-start: 1em }
    details { border-block-start: 1px solid color-mix(in srgb, currentColor 25%, transparent) }
    summary { padding-block: .6em; min-block-size: 24px; font-weight: 600; cursor: pointer }
    li { display: grid; grid-template-columns: 1fr auto; column-gap: 1em; padding-block: .5em }
    li a { min-block-size: 24px; color: inherit }
    .price { font-variant-numeric: tabular-nums }
    small { grid-column: 1 }
    :focus-visible { outline: 2px solid; outline-offset: 2px }
  `);

  const show = async (place) => {
    const lang = place.closest("[lang]")?.lang.slice(0, 2);
    const address = `${server}/restaurants/${encodeURIComponent(place.dataset.servery)}/widget`;
    const answer = await fetch(address + (lang ? `?lang=${encodeURIComponent(lang)}` : ""), { credentials: "omit" });
    if (!answer.ok) return;
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const article = template.content.querySelector("article");
    article.style.setProperty("--color", article.dataset.color);
    const root = place.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.append(template.content);
  };

  const all = () =>
    document.querySelectorAll("[data-servery]").forEach((place) => {
      // A server that cannot be reached changes nothing.
      if (!place.shadowRoot) show(place).catch(() => {});
    });
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", all);
  else all();
})();
