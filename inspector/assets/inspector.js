"use strict";
// Two things that the pages do without, too: they show what is new while somebody looks, and copy a command.
(() => {
  const EVERY_MS = 2000;
  const news = document.getElementById("news");
  let timer = 0;

  const page = () => document.querySelector("main[data-live]");

  // Nobody is torn away from what they read, select or stand on.
  const isUsed = (main) =>
    (main.contains(document.activeElement) && document.activeElement !== main) ||
    !document.getSelection().isCollapsed;

  async function text(address, type) {
    const answer = await fetch(address, { headers: { accept: type }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  }

  async function show(cursor) {
    const main = page();
    const fresh = new DOMParser().parseFromString(await text(location.href, "text/html"), "text/html");
    const next = fresh.querySelector("main");
    if (!main || !next) return;
    next.dataset.cursor = next.dataset.cursor || cursor;
    main.replaceWith(document.adoptNode(next));
    buttons();
    news.textContent = "Updated";
  }

  async function look() {
    const main = page();
    if (!main || document.visibilityState !== "visible") return;
    try {
      const { cursor } = JSON.parse(await text(main.dataset.live, "application/json"));
      if (cursor === main.dataset.cursor) {
        if (news.textContent !== "Updated") news.textContent = "";
      } else if (isUsed(main)) {
        const link = document.createElement("a");
        link.href = location.href;
        link.textContent = "Show what is new";
        if (!news.querySelector("a")) news.replaceChildren(link);
      } else {
        await show(cursor);
      }
    } catch {
      news.textContent = "The inspector does not answer";
    }
    // One loop, also where the page was shown again meanwhile.
    clearTimeout(timer);
    timer = setTimeout(look, EVERY_MS);
  }

  function buttons() {
    for (const block of document.querySelectorAll("pre.command")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.textContent.trim());
        button.textContent = "Copied";
      });
      block.after(button);
    }
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") look();
  });
  buttons();
  if (page()) timer = setTimeout(look, EVERY_MS);
})();
