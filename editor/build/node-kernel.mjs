/** The browser's Python kernel, run in Node: for tests and for executing the library's notebooks. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { distribution } from './distribution.mjs';

const HOME = '/project';

/** Copies a folder of the disk into Python's file system. */
function copyIn(FS, from, to) {
  FS.mkdirTree(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) {
      continue;
    }
    const source = path.join(from, entry.name);
    if (entry.isDirectory()) {
      copyIn(FS, source, `${to}/${entry.name}`);
    } else if (entry.isFile()) {
      FS.writeFile(`${to}/${entry.name}`, fs.readFileSync(source));
    }
  }
}

/**
 * Boots Python with the kernel imported and connected.
 * `folder` (optional) is copied and becomes the working folder.
 */
export async function bootPython({ folder, send, ask, language = 'fr' }) {
  const place = distribution();
  const { loadPyodide } = await import(pathToFileURL(place.module).href);
  const pyodide = await loadPyodide({
    ...place.options,
    stdout: () => {},
    stderr: () => {}
  });
  await place.prepare(pyodide);
  if (folder) {
    copyIn(pyodide.FS, folder, HOME);
  } else {
    pyodide.FS.mkdirTree(HOME);
  }
  pyodide.FS.chdir(HOME);
  pyodide.runPython(`import sys; sys.path.insert(0, '')`);
  const kernel = pyodide.pyimport('candyce_kernel');
  kernel.connect(send, ask ?? null, language);
  return { pyodide, kernel, execute: source => kernel.execute(source) };
}
