/* What the widget manager leaves undone in a page: five repairs, and no logic of the course.
 * 1. It calls MathJax 2, and the page has MathJax 3.
 * 2. A slider's handle has no name, and says its index where it should say its value.
 * 3. A picture that changes is not announced to a screen reader.
 * 4. The theme's side bar is no landmark of the page.
 * 5. Font Awesome looks for icons in every part that changes, and makes the browser style the page
 *    anew for each: with it a step of a slider takes ten times as long.
 */
"use strict";

if (window.FontAwesome) window.FontAwesome.config.observeMutations = false;

document.addEventListener("DOMContentLoaded", () => {
  if (window.MathJax && !window.MathJax.Hub) {
    const typeset = (element) => window.MathJax.typesetPromise?.([element]);
    window.MathJax.Hub = { Queue: ([, , element]) => typeset(element) };
  }

  const bar = document.querySelector(".bd-sidebar-primary");
  bar?.setAttribute("role", "complementary");
  bar?.setAttribute("aria-label", "The book");

  const set = (element, name, value) => {
    // Only when it differs: setting an attribute wakes the observer below.
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };

  const describe = () => {
    for (const handle of document.querySelectorAll(".dl-explorer .noUi-handle")) {
      const control = handle.closest(".widget-inline-hbox, .jupyter-widget-inline-hbox");
      if (!control) continue;
      const text = (part) => control.querySelector(part)?.textContent.trim() ?? "";
      set(handle, "aria-label", text(".widget-label"));
      set(handle, "aria-valuetext", text(".widget-readout"));
    }
    for (const view of document.querySelectorAll(".dl-explorer .dl-view")) {
      set(view, "aria-live", "polite");
    }
  };

  new MutationObserver(describe).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["aria-valuetext"],
  });
});
