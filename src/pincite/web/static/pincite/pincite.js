// What JavaScript adds; every page works without it. No framework, no inline code: the policy forbids it.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // --- asking: Enter sends, a status says what happens, too long a question is told before it travels -------------------

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("form[data-ask] textarea");
    if (field && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });

  const complain = (field, words) => {
    const id = `${field.id}-error`;
    let line = document.getElementById(id);
    if (!line) {
      line = document.createElement("p");
      line.id = id;
      line.className = "error";
      line.setAttribute("role", "alert");
      field.after(line);
    }
    line.textContent = words;
    field.setAttribute("aria-invalid", "true");
    const described = new Set((field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean)).add(id);
    field.setAttribute("aria-describedby", [...described].join(" "));
    field.focus();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-ask]");
    if (!form) return;
    const field = one("textarea[name=q]", form);
    const most = Number(field.dataset.most);
    const length = field.value.trim().length;
    if (!length || length > most) {
      event.preventDefault();
      complain(field, length ? `The question has ${length.toLocaleString("en-GB")} characters; at most ${most.toLocaleString("en-GB")} can be asked.` : "Write a question first.");
      return;
    }
    all("input[name=since]", form).forEach((input) => (input.disabled = !input.value)); // a shared address says only what was asked
    const status = one("[data-progress]", form);
    if (status) status.textContent = `Searching ${form.dataset.documents} documents …`;
  });

  // A page that comes back from the browser's history is not searching any more.
  addEventListener("pageshow", () => {
    all("[data-progress]").forEach((status) => (status.textContent = ""));
    all("form[data-ask] input[name=since]").forEach((input) => (input.disabled = false));
  });

  // --- small things -----------------------------------------------------------------------------------------------------

  const ready = (within) => {
    all("[data-print], [data-copy], [data-panel] [data-close]", within).forEach((button) => (button.hidden = false));
  };

  document.addEventListener("click", (event) => {
    const target = event.target;
    if (target.closest("[data-print]")) print();
    const copy = target.closest("[data-copy]");
    if (copy) copied(copy);
    if (target.closest("[data-close]") && panel) shut();
    all("details[data-menu][open]").forEach((menu) => menu.contains(target) || (menu.open = false));
  });

  const copied = async (button) => {
    const text = document.getElementById(button.dataset.copy);
    const status = one("[data-copied]", button.parentElement);
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      if (status) status.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(text);
      if (status) status.textContent = "Selected; copy it with your keyboard.";
    }
  };

  // --- who reads: the place in the text is kept -------------------------------------------------------------------------

  const PLACE = "pincite-place";
  const parts = () => all("[data-answer] .answer-text > section[id]");

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-switch]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const above = parts().filter((part) => part.getBoundingClientRect().top <= innerHeight * 0.15);
    if (!above.length) return;
    const at = above.at(-1);
    const place = { ids: above.map((part) => part.id).reverse(), top: at.getBoundingClientRect().top };
    try {
      sessionStorage.setItem(PLACE, JSON.stringify(place));
    } catch {}
    link.hash = at.id;
  });

  const restore = () => {
    let place = null;
    try {
      place = JSON.parse(sessionStorage.getItem(PLACE));
      sessionStorage.removeItem(PLACE);
    } catch {}
    const part = place?.ids.map((id) => document.getElementById(id)).find(Boolean);
    if (part) requestAnimationFrame(() => scrollBy({ top: part.getBoundingClientRect().top - place.top, behavior: "instant" }));
  };

  // --- the source beside the text ---------------------------------------------------------------------------------------

  const panel = one("[data-panel]");
  const hint = panel?.innerHTML;
  let opener = null;

  const open = async (pin) => {
    opener?.removeAttribute("aria-expanded");
    opener = pin;
    pin.setAttribute("aria-expanded", "true");
    hide();
    panel.classList.add("open");
    await htmx.ajax("GET", pin.getAttribute("href"), { target: panel, swap: "innerHTML" });
    if (!one("[data-source]", panel)) {
      location.href = pin.href; // the fragment did not come: the page will say why
      return;
    }
    ready(document);
    one("[data-focus]", panel)?.focus({ preventScroll: true });
    const mark = one("mark", panel);
    if (mark) panel.scrollTo({ top: mark.getBoundingClientRect().top - panel.getBoundingClientRect().top + panel.scrollTop - panel.clientHeight / 3, behavior: still.matches ? "instant" : "smooth" });
  };

  const shut = () => {
    panel.innerHTML = hint;
    panel.classList.remove("open");
    opener?.removeAttribute("aria-expanded");
    opener?.focus();
    opener = null;
  };

  // --- the card at a mark: by hover, focus or tap; can be pointed at, stays until left, Esc closes it --------------------

  const cards = new Map(); // address → promise of its words
  let card = null;
  let owner = null;
  let waiting = 0;
  let dismissed = null;

  const words = (pin) => {
    const address = `${pin.getAttribute("href")}&card=1`;
    if (!cards.has(address)) {
      cards.set(address, fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).then((reply) => reply.text()));
    }
    return cards.get(address);
  };

  const show = async (pin, { withButton = false } = {}) => {
    if (owner === pin || dismissed === pin) return;
    let html = "";
    try {
      html = await words(pin);
    } catch {
      return;
    }
    if (owner === pin || !(pin.matches(":hover, :focus") || withButton)) return;
    hide();
    owner = pin;
    card = document.createElement("div");
    card.className = "hover-card";
    card.id = "card";
    card.setAttribute("role", "group");
    card.setAttribute("aria-label", pin.getAttribute("aria-label"));
    card.innerHTML = html; // made by this site's own template, which escapes what sources say
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = "Open beside the text";
    button.addEventListener("click", () => open(pin));
    card.append(button);
    pin.closest(".statement").append(card);
    pin.setAttribute("aria-describedby", "card");
    place();
    card.addEventListener("pointerleave", later);
    card.addEventListener("pointerenter", () => clearTimeout(waiting));
  };

  const place = () => {
    const anchor = owner.getBoundingClientRect();
    const around = card.offsetParent.getBoundingClientRect();
    const width = card.offsetWidth;
    const left = Math.max(8, Math.min(anchor.left - 24, document.documentElement.clientWidth - width - 8));
    const below = anchor.bottom + 6;
    const top = below + card.offsetHeight > innerHeight && anchor.top - card.offsetHeight - 6 > 0 ? anchor.top - card.offsetHeight - 6 : below;
    card.style.left = `${left - around.left}px`;
    card.style.top = `${top - around.top}px`;
  };

  const hide = () => {
    clearTimeout(waiting);
    if (!card) return;
    owner.removeAttribute("aria-describedby");
    card.remove();
    card = owner = null;
  };

  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (card && !card.matches(":hover, :focus-within") && !owner.matches(":hover, :focus")) hide();
    }, 300);
  };

  if (panel) {
    document.addEventListener("pointerover", (event) => {
      const pin = event.target.closest?.(".pin");
      if (!pin || event.pointerType === "touch") return;
      clearTimeout(waiting);
      waiting = setTimeout(() => show(pin), 180);
    });
    document.addEventListener("pointerout", (event) => {
      const pin = event.target.closest?.(".pin");
      if (!pin || event.pointerType === "touch") return;
      if (dismissed === pin && pin !== document.activeElement) dismissed = null;
      later();
    });
    document.addEventListener("focusin", (event) => {
      const pin = event.target.closest?.(".pin");
      if (dismissed && dismissed !== pin) dismissed = null;
      if (pin?.matches(":focus-visible")) show(pin);
      else if (card && !card.contains(event.target) && event.target !== owner) hide();
    });
    let touched = false;
    document.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch";
      if (card && !card.contains(event.target) && !event.target.closest(".pin")) hide();
    });
    document.addEventListener("click", (event) => {
      const pin = event.target.closest?.(".pin");
      if (!pin || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      if (touched && owner !== pin) {
        dismissed = null;
        show(pin, { withButton: true });
      } else open(pin);
      touched = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (card) {
        const back = card.contains(document.activeElement) ? owner : null;
        dismissed = owner;
        hide();
        back?.focus();
      } else if (panel.classList.contains("open")) shut();
      else all("details[data-menu][open]").forEach((menu) => ((menu.open = false), one("summary", menu).focus()));
    });
  }

  ready(document);
  restore();
})();
