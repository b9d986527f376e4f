// Colours, from the style sheet, and the switch between light and dark.
const listeners = new Set();
let cache = new Map();

export function colour(name) {
    if (!cache.has(name)) cache.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
    return cache.get(name);
}

// The colour of a run among several, or of a series.
export const series = (index) => `series-${(index % 8) + 1}`;

export function onLook(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

function changed() {
    cache = new Map();
    for (const listener of listeners) listener();
}

export function setTheme(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    changed();
}

export function isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);

// Paper is light.
let before;
addEventListener("beforeprint", () => {
    before = document.documentElement.dataset.theme;
    setTheme("light");
});
addEventListener("afterprint", () => setTheme(before));
