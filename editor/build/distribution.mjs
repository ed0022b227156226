/** Finds the Python distribution to run in Node: the built one, else npm's with the locked wheels. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const NPM = path.join(ROOT, 'node_modules/pyodide');
const read = file => JSON.parse(fs.readFileSync(file, 'utf8'));

export function distribution() {
  const built = process.env.CANDYCE_PYODIDE ?? path.join(ROOT, 'var/build/editor/pyodide');
  if (!process.env.CANDYCE_UNBUILT && fs.existsSync(path.join(built, 'distribution.json'))) {
    return servedAt(built);
  }
  return unbuilt();
}

/** The very files that browsers get. */
function servedAt(folder) {
  const { core, boot, rest, lock } = read(path.join(folder, 'distribution.json'));
  const packages = path.join(folder, 'packages') + '/';
  return {
    module: path.join(NPM, 'pyodide.mjs'),
    options: {
      indexURL: path.join(folder, core) + '/',
      stdLibURL: path.join(folder, boot),
      lockFileContents: lock,
      packageBaseUrl: packages,
      packageCacheDir: packages
    },
    async prepare(pyodide) {
      pyodide.pyimport('candyce_boot').install(target => {
        pyodide.FS.writeFile(target, new Uint8Array(fs.readFileSync(path.join(folder, rest))));
      });
    }
  };
}

/** npm's Pyodide with the locked wheels: slower to start, needs no build. */
function unbuilt() {
  const wheels = path.join(ROOT, 'var/cache/editor/wheels');
  const lock = read(path.join(NPM, 'pyodide-lock.json'));
  const packages = {};
  for (const wheel of read(path.join(ROOT, 'editor/pyodide/wheels.lock.json')).wheels) {
    const { name, version, file_name, sha256, depends, imports } = wheel;
    packages[name] = {
      ...{ name, version, file_name, sha256, depends, imports },
      ...{ install_dir: 'site', package_type: 'package', unvendored_tests: false }
    };
  }
  return {
    module: path.join(NPM, 'pyodide.mjs'),
    options: {
      indexURL: NPM + '/',
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
          const wheel = new Uint8Array(fs.readFileSync(path.join(pypi, name)));
          pyodide.unpackArchive(wheel, 'wheel', { extractDir: site });
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
