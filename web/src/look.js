// Colours, from the style sheet, and the switch between light and dark.
const listeners = new Set();
let cache = new Map();

export function colour(name) {
    if (!cache.has(name)) cache.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
    return cache.get(name);
}

// The colour of a run among several, or of a series.
const COLOURS = 8;
export const series = (index) => `series-${(index % COLOURS) + 1}`;
// Beyond those there are colours for, lines are dashed.
export const line = (index) => ({ colour: series(index), dash: Math.floor(index / COLOURS) % 2 === 1 });

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

// Calls once, when the element comes near to what is seen, or is printed: long pages open as fast as short ones.
export function whenSeen(element, call) {
    const watcher = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && done(), { rootMargin: "300px" });
    const done = () => {
        stop();
        call();
    };
    const stop = () => {
        watcher.disconnect();
        removeEventListener("beforeprint", done);
    };
    watcher.observe(element);
    addEventListener("beforeprint", done);
    return stop;
}

// Paper is light.
let before;
addEventListener("beforeprint", () => {
    before = document.documentElement.dataset.theme;
    setTheme("light");
});
addEventListener("afterprint", () => setTheme(before));
