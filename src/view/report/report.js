"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  heads.forEach((th, i) => th.querySelector("button")?.addEventListener("click", () => {
    const first = th.classList.contains("l") ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = th.getAttribute("aria-sort") === first ? other : first;
    heads.forEach(h => h.removeAttribute("aria-sort"));
    th.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const key = row => row.cells[i].dataset.v ?? row.cells[i].textContent;
    const value = row => { const k = key(row); return k === "" ? NaN : Number(k); };
    const compare = (a, b) => {
      if (th.classList.contains("l")) return sign * key(a).localeCompare(key(b), undefined, {numeric: true});
      const x = value(a), y = value(b);
      if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
      return sign * (x - y);
    };
    body.append(...[...body.rows].sort(compare));
  }));
}
const flash = (button, text) => {
  const before = button.textContent;
  button.textContent = text;
  setTimeout(() => { button.textContent = before; }, 1500);
};
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const rows = [...button.closest("section").querySelectorAll("table tr")];
    const cell = c => c.dataset.v || c.innerText.replace(/\s+/g, " ").trim();
    await navigator.clipboard.writeText(rows.map(r => [...r.cells].map(cell).join("\t")).join("\n"));
    flash(button, button.dataset.copy);
  });
}
const save = (name, type, text) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const svgText = svg => {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = document.querySelector("style").textContent + "svg{background:var(--surface)}";
  copy.prepend(style);
  return new XMLSerializer().serializeToString(copy);
};
for (const button of document.querySelectorAll("[data-save]")) {
  button.addEventListener("click", () => {
    const section = button.closest("section"), svg = section.querySelector("svg"), name = section.id;
    if (button.dataset.save === "svg") return save(name + ".svg", "image/svg+xml", svgText(svg));
    if (button.dataset.save === "csv") return save(name + ".csv", "text/csv", svg.dataset.csv);
    const image = new Image(), canvas = document.createElement("canvas"), box = svg.viewBox.baseVal;
    const copy = svgText(svg).replace("<svg ", `<svg width="${box.width}" height="${box.height}" `);
    image.onload = () => {
      canvas.width = 2 * box.width; canvas.height = 2 * box.height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const link = document.createElement("a");
      link.href = canvas.toDataURL("image/png"); link.download = name + ".png"; link.click();
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(copy);
  });
}
for (const svg of document.querySelectorAll("svg[data-line]")) {
  const [left, right, t0, t1] = svg.dataset.line.split(" ").map(Number);
  const rows = svg.dataset.csv.trim().split("\n").slice(1).map(r => r.split(","));
  const cross = svg.querySelector(".cross"), out = svg.closest("section").querySelector(".readout");
  const figure = v => Number(v).toLocaleString("en", {maximumFractionDigits: 1});
  svg.addEventListener("pointermove", e => {
    const box = svg.getBoundingClientRect();
    const x = (e.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    const t = t0 + (x - left) / (right - left) * (t1 - t0);
    const near = rows.reduce((a, b) => Math.abs(b[0] - t) < Math.abs(a[0] - t) ? b : a);
    const at = left + (near[0] - t0) / (t1 - t0) * (right - left);
    cross.setAttribute("x1", at); cross.setAttribute("x2", at); cross.style.visibility = "visible";
    const band = near[2] ? `  (${figure(near[2])} – ${figure(near[3])})` : "";
    out.textContent = `D+${figure(near[0])}   ${figure(near[1])} ${svg.dataset.unit}${band}`;
  });
  svg.addEventListener("pointerleave", () => { cross.style.visibility = "hidden"; out.textContent = ""; });
}
