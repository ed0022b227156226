/**
 * Finds the modules that the kernel has imported once the first simple cells have run, and stores their
 * names in editor/pyodide/hot-modules.json. Run it again when IPython, Pyodide or the kernel change:
 *
 *   CANDYCE_UNBUILT=1 node editor/build/hot-modules.mjs
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootPython } from './node-kernel.mjs';

/** What lessons import all the time, with what it imports itself. */
const SCHOOL = [
  'random', 'statistics', 'fractions', 'decimal', 'csv', 'datetime', 'calendar', 'heapq',
  'bisect', 'string', 'time', 'copy', 'pprint', 'textwrap', 'timeit', 'collections.abc', 'json',
  'itertools', 'functools', 'dataclasses', 'enum', 'typing', 'operator', 'math', 'cmath'
];
const FIRST_CELLS = [
  '1+1',
  "print('x')",
  '1/0',
  'def f(:',
  'import no_such_module',
  "from IPython.display import display, HTML, Image, SVG\ndisplay(HTML('x'))",
  'await __import__("asyncio").sleep(0)',
  'len?',
  "input('')",
  ...SCHOOL.map(name => `import ${name}`)
];

const kernel = await bootPython({ send: () => {}, ask: () => '' });
for (const source of FIRST_CELLS) {
  await kernel.execute(source);
}
kernel.kernel.complete('import o', 8);
kernel.kernel.complete('"a".up', 6);
kernel.kernel.inspect('len', 3);
kernel.kernel.is_complete('for i in x:');
const names = JSON.parse(
  kernel.pyodide.runPython(`
import json, sys
json.dumps(sorted({
    (m.__spec__.name if getattr(m, "__spec__", None) else n)
    for n, m in list(sys.modules.items())
    if getattr(m, "__file__", None) and not m.__file__.endswith(".so")
} | {"candyce_boot", "encodings.idna", "stringprep", "traitlets.log"}))`)
);
const here = path.dirname(fileURLToPath(import.meta.url));
const file = path.join(here, '../pyodide/hot-modules.json');
fs.writeFileSync(file, JSON.stringify(names, null, 0).replaceAll(',', ',\n') + '\n');
console.log(`${names.length} modules`);
process.exit(0);
