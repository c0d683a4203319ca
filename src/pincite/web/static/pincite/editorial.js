/* The editor with htmx: a refusal is shown like an answer, half-typed text in another field survives a swap, a lost answer is told. */
(function () {
  "use strict";
  var kept = {};

  // 400 and 409 bring the draft back with the reason and with what was typed.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status;
    if ((status === 400 || status === 409) && event.detail.xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    kept = {};
    document.querySelectorAll("textarea[id]").forEach(function (field) {
      var sent = event.detail.requestConfig && event.detail.requestConfig.elt;
      if (field.value !== field.defaultValue && !(sent && sent.contains(field))) {
        kept[field.id] = field.value;
      }
    });
  });

  document.addEventListener("htmx:afterSettle", function () {
    Object.keys(kept).forEach(function (id) {
      var field = document.getElementById(id);
      if (field && field.value !== kept[id]) {
        field.value = kept[id];
        var details = field.closest("details");
        if (details) { details.open = true; }
      }
    });
    kept = {};
    var says = document.getElementById("says");
    if (says) { says.classList.remove("wrong"); }
  });

  function lost(event) {
    var status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 400 || status === 409) { return; }
    var says = document.getElementById("says");
    if (!says) { return; }
    says.classList.add("wrong");
    says.textContent = status === 403
      ? "Nothing was saved: you are signed out, or may not do this any more. Copy what you typed, then reload the page."
      : "Nothing was saved: the site did not answer. Try again.";
    says.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:responseError", lost);
  document.addEventListener("htmx:sendError", lost);
})();
