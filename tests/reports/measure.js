// Put into a copy of a report to measure it in a browser; reports themselves hold no script.
const out = {};
const root = document.documentElement;
out.overflow = root.scrollWidth - root.clientWidth;
out.background = getComputedStyle(document.body).backgroundColor;
out.title = document.title;
out.untitled = [...document.querySelectorAll("table")].filter((table) => !table.querySelector("thead th")).length;
out.tables = document.querySelectorAll("table").length;
out.bars = document.querySelectorAll(".track .bar").length;
const channels = (text) => (text.match(/[\d.]+/g) || []).map(Number);
const light = (text) => {
  const part = channels(text).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    const parts = channels(colour);
    if (parts.length === 3 || parts[3] > 0) return colour;
  }
  return "rgb(255, 255, 255)";
};
let lowest = { contrast: 99 };
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || element.closest(".bar") || ["SCRIPT", "PRE"].includes(element.tagName)) continue;
  const pair = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
  const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
  if (contrast < lowest.contrast) lowest = { contrast, what: element.outerHTML.slice(0, 120) };
}
out.lowest = lowest;
const pre = document.createElement("pre");
pre.id = "measured";
pre.textContent = "MEASURED" + JSON.stringify(out) + "DERUSAEM";
document.body.append(pre);
