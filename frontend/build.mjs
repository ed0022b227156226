/** Builds the portal's assets: `node frontend/build.mjs <out>` writes portal.css, portal.js and sw.js. */
import { build } from "esbuild";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = process.argv[2] ?? here("../var/build/portal");
await build({
  entryPoints: [
    { in: here("./src/portal.ts"), out: "portal" },
    { in: here("./styles/portal.css"), out: "portal" },
    { in: here("./src/sw.ts"), out: "sw" },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  loader: { ".svg": "dataurl" },
  target: ["es2021", "chrome100", "firefox100", "safari15"],
  logLevel: "warning",
});

// The server gives these to browsers that take them: a first page is read over a bad network.
for (const name of ["portal.css", "portal.js"]) {
  const file = path.join(out, name);
  fs.writeFileSync(`${file}.br`, brotliCompressSync(fs.readFileSync(file)));
}
