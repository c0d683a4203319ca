"use strict";
// j and k (or the arrow keys, inside a finding) go from finding to finding, Enter to its place in the text; off by a box, as single keys must be.
(function () {
  var box = document.getElementById("keys");
  if (!box) return;
  box.closest("fieldset").hidden = false;
  function current() {
    return document.activeElement && document.activeElement.closest ? document.activeElement.closest(".finding") : null;
  }
  document.addEventListener("keydown", function (event) {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest && event.target.closest("input, summary")) return;
    var here = current();
    var step = event.key === "j" || (here && event.key === "ArrowDown") ? 1 : event.key === "k" || (here && event.key === "ArrowUp") ? -1 : 0;
    if (step) {
      var shown = Array.from(document.querySelectorAll(".finding")).filter(function (one) { return one.getClientRects().length; });
      if (!shown.length) return;
      var at = shown.indexOf(here);
      var next = shown[at < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, at + step))];
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    } else if (event.key === "Enter" && here && here === document.activeElement) {
      var link = here.querySelector('a[href^="#"]');
      var place = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!place) return;
      place.scrollIntoView({ block: "center" });
      if (place.matches("a")) place.focus({ preventScroll: true });
      event.preventDefault();
    }
  });
})();
