// The written part of an answer: checked sentences appear as they come, then take their place. Without it the page is whole as it is.
"use strict";
(() => {
  const box = document.querySelector("[data-writing]");
  if (!box || !("EventSource" in window)) return;
  const says = box.querySelector("[data-writing-says]");
  const said = box.querySelector("[data-writing-said]");
  // A model on another computer is asked only by whoever has read that the question leaves this one.
  const start = box.querySelector("[data-writing-start]");
  const begin = () => {
    const stream = new EventSource(box.dataset.writing);
    start?.remove();
    says.textContent = "A language model is writing a summary; each sentence is checked against its quotes before you see it …";

    stream.addEventListener("said", (event) => {
      const line = document.createElement("li");
      line.textContent = JSON.parse(event.data).text;
      said.append(line);
      said.hidden = false;
    });

    stream.addEventListener("done", (event) => {
      stream.close();
      const came = new DOMParser().parseFromString(JSON.parse(event.data).html, "text/html");
      let before = box;
      for (const part of came.body.querySelectorAll(":scope > section[id]")) {
        const old = document.getElementById(part.id);
        if (old) old.replaceWith(part);
        else before.after(part);
        before = part;
      }
      const lines = [...came.querySelectorAll("[data-written-line]")].map((line) => line.textContent);
      said.remove();
      says.textContent = lines.join(" ");
    });

    const gone = () => {
      stream.close();
      said.remove();
      says.textContent = "The model did not finish; the answer stands in the sources' own words.";
    };
    stream.addEventListener("gone", gone);
    stream.onerror = gone;
  };
  if (!start) return begin();
  start.hidden = false;
  start.addEventListener("click", begin, { once: true });
})();
