// Builds dist/report.html (or the file that is given): one page with its script and style inside, and a place for data.
// The Content-Security-Policy allows these two by their hashes and nothing else, so that nothing in a run's data can
// ever be run, and nothing is fetched.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(root, "dist", "report.html");

async function bundle(entry) {
    const result = await build({
        entryPoints: [join(root, "src", entry)],
        absWorkingDir: root,
        bundle: true,
        minify: true,
        write: false,
        charset: "utf8",
        format: "iife",
        target: ["chrome103", "firefox113", "safari16.4"],
        legalComments: "none",
    });
    return result.outputFiles[0].text.trim().replaceAll("</script", "<\\/script");
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const script = await bundle("main.js");
const style = await bundle("page.css");
const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
const page = readFileSync(join(root, "src", "page.html"), "utf8")
    .replace("SOURCES", execFileSync("sh", [join(root, "sources.sh")]).toString().trim())
    .replace("POLICY", () => policy)
    .replace("STYLE", () => style)
    .replace("SCRIPT", () => script);
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, page);
console.log(`${target}: ${page.length} bytes`);
