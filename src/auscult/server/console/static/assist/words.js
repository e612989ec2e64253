// The page's texts in the reader's language. What stands in the code is English; the page brings its translations along.

const TEXTS = JSON.parse(document.querySelector("#texts").textContent);
const LANGUAGE = document.documentElement.lang;

// For dates and names of languages: as the browser's reader writes that language, where they chose a way of it.
export const LOCALES = [...navigator.languages.filter((each) => each.split("-")[0] === LANGUAGE), LANGUAGE];

// A text with %(names)s filled in. Only literals: python -m tools.languages finds them in the code.
export const _ = (text, given = {}) => filled(TEXTS[text] ?? text, given);

// The text that fits a number: one for 1, many for any other.
export const counted = (one, many, number) => filled(TEXTS[number === 1 ? one : many] ?? (number === 1 ? one : many), { number });

// A text that comes from elsewhere, such as a reason that an app offers: translated where it is one of ours.
export const translated = (text) => TEXTS[text] ?? text;

const filled = (text, given) => text.replace(/%\((\w+)\)s/g, (whole, name) => given[name] ?? whole);
