// Nothing on these pages needs a script to be read; this one filters the list and copies addresses.
"use strict";

const filter = document.getElementById("filter");
if (filter) {
  const sections = [...document.querySelectorAll(".group")].map((section) => ({
    section,
    rows: [...section.querySelectorAll(".feeds li")].map((row) => ({
      row,
      text: [...row.querySelectorAll("a, .group-name")].map((part) => part.textContent).join(" ").normalize("NFKC").toLowerCase(),
    })),
  }));
  const found = document.getElementById("found");
  const apply = () => {
    const words = filter.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let total = 0;
    for (const { section, rows } of sections) {
      let shown = 0;
      for (const { row, text } of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      section.hidden = shown === 0;
      total += shown;
    }
    found.textContent = words.length ? String(total) : "";
  };
  filter.closest(".filter").hidden = false;
  filter.addEventListener("input", apply);
  apply();
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = [...button.childNodes];
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => button.replaceChildren(...label), 2000);
  });
}
