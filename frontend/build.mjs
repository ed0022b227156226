/** Builds the portal's assets: `node frontend/build.mjs <out>` writes portal.css, portal.js and sw.js. */
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
await build({
  entryPoints: [
    { in: here("./src/portal.ts"), out: "portal" },
    { in: here("./styles/portal.css"), out: "portal" },
    { in: here("./src/sw.ts"), out: "sw" },
  ],
  outdir: process.argv[2] ?? here("../var/build/portal"),
  bundle: true,
  minify: true,
  loader: { ".svg": "dataurl" },
  target: ["es2021", "chrome100", "firefox100", "safari15"],
  logLevel: "warning",
});
