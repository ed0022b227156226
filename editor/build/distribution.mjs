/** Finds the Python distribution to run in Node: the built one, else npm's with the locked wheels. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const read = file => JSON.parse(fs.readFileSync(file, 'utf8'));

export function distribution() {
  return unbuilt();
}

function unbuilt() {
  const npm = path.join(ROOT, 'node_modules/pyodide');
  const wheels = path.join(ROOT, 'var/cache/editor/wheels');
  const lock = read(path.join(npm, 'pyodide-lock.json'));
  const packages = {};
  for (const wheel of read(path.join(ROOT, 'editor/pyodide/wheels.lock.json')).wheels) {
    packages[wheel.name] = {
      name: wheel.name,
      version: wheel.version,
      file_name: wheel.file_name,
      sha256: wheel.sha256,
      depends: wheel.depends,
      imports: wheel.imports,
      install_dir: 'site',
      package_type: 'package',
      unvendored_tests: false
    };
  }
  return {
    module: path.join(npm, 'pyodide.mjs'),
    options: {
      indexURL: npm + '/',
      lockFileContents: { info: lock.info, packages },
      packageBaseUrl: wheels + '/',
      packageCacheDir: wheels + '/',
      packages: ['ipython', 'comm']
    },
    async prepare(pyodide) {
      const site = pyodide.runPython('import site; site.getsitepackages()[0]');
      const pypi = path.join(ROOT, PYPI);
      for (const name of fs.readdirSync(pypi)) {
        if (/^(ipykernel|pyodide_kernel)-.*\.whl$/.test(name)) {
          pyodide.unpackArchive(new Uint8Array(fs.readFileSync(path.join(pypi, name))), 'wheel', {
            extractDir: site
          });
        }
      }
      const own = path.join(ROOT, 'editor/pyodide/python/candyce_kernel');
      pyodide.FS.mkdirTree(`${site}/candyce_kernel`);
      for (const name of fs.readdirSync(own).filter(n => n.endsWith('.py'))) {
        const source = fs.readFileSync(path.join(own, name));
        pyodide.FS.writeFile(`${site}/candyce_kernel/${name}`, source);
      }
    }
  };
}

const PYPI =
  '.venv/share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi';
