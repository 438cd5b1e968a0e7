// The page's own words: the build writes them into the page, in every language.

const all = JSON.parse(document.getElementById("words").textContent);
const KEPT = "geoul-lang";

const kept = () => {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // Storage may be forbidden, in a frame for instance.
  }
};

const known = (tag) => Object.keys(all).find((lang) => tag?.toLowerCase().startsWith(lang));

export const asked = new URLSearchParams(location.search);

let lang = known(asked.get("lang")) ?? known(kept()) ?? navigator.languages.map(known).find(Boolean) ?? "en";

export const language = () => lang;

export function speak(next) {
  lang = next;
  try {
    localStorage.setItem(KEPT, next);
  } catch {
    // It holds for this visit then.
  }
  document.documentElement.lang = next;
}

/** The text of a key, values put in. */
export const t = (key, values = {}) =>
  all[lang][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

document.documentElement.lang = lang;
