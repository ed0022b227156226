/**
 * Compiles Python sources with the Pyodide that will run them, into two archives:
 * what the kernel imports at start (boot), and the rest, fetched when first needed.
 *
 *   node compile-python.mjs <plan.json>
 *
 * The plan: {pyodide, archives: [paths of zips and wheels], folders: [paths of sources], hot: [module
 * names], out}. Writes boot.zip and rest.zip; the module candyce_rest in the first names what is in the second.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const { loadPyodide } = await import(pathToFileURL(path.join(plan.pyodide, 'pyodide.mjs')).href);
const pyodide = await loadPyodide({ indexURL: plan.pyodide + '/' });
const mount = (at, root) => {
  pyodide.FS.mkdirTree(at);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, at);
};
mount('/out', plan.out);
const inputs = [...plan.archives, ...plan.folders].map((place, index) => {
  const folder = plan.folders.includes(place);
  mount(`/in${index}`, folder ? place : path.dirname(place));
  return folder ? `/in${index}` : `/in${index}/${path.basename(place)}`;
});
pyodide.globals.set('INPUTS', pyodide.toPy(inputs));
pyodide.globals.set('HOT', pyodide.toPy(plan.hot));
pyodide.runPython(`
import importlib.util, marshal, os, re, zipfile

UNWANTED = re.compile(
    r"(^|/)(tests?|idlelib|lib2to3|ensurepip|tkinter|turtledemo|__pycache__)/"
    r"|(^|/)prompt_toolkit/contrib/|\\.(pyi|js|png|typed|rst|txt|css|exe)$|/(RECORD|WHEEL|LICENSE[^/]*|licenses/.*)$"
)
hot = frozenset(HOT)

def module_of(name):
    parts = name.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

def files(place):
    if os.path.isdir(place):
        for root, folders, names in os.walk(place):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(names):
                full = os.path.join(root, name)
                with open(full, "rb") as file:
                    yield os.path.relpath(full, place), file.read()
    else:
        with zipfile.ZipFile(place) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, archive.read(info)

def put(archive, name, data):
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)

def metadata_head(data):
    """Name, version and requirements; not the long description."""
    return data.split(b"\\n\\n", 1)[0] + b"\\n\\n"

def compiled(data, name):
    code = compile(data, "/lib/" + name, "exec", dont_inherit=True)
    head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
    return head + importlib.util.source_hash(data) + marshal.dumps(code)

later = []
with zipfile.ZipFile("/out/boot.zip", "w") as boot, zipfile.ZipFile("/out/rest.zip", "w") as rest:
    for place in INPUTS:
        for name, data in files(place):
            if UNWANTED.search(name):
                continue
            if name.endswith(".dist-info/METADATA"):
                put(boot, name, metadata_head(data))
            elif name.endswith(".py"):
                module = module_of(name)
                try:
                    code = compiled(data, name)
                except SyntaxError:
                    continue
                put(boot if module in hot else rest, name + "c", code)
                if module not in hot:
                    later.append(module)
            else:
                put(rest, name, data)
    names = f"NAMES = frozenset({sorted(later)!r})".encode()
    put(boot, "candyce_rest.pyc", compiled(names, "candyce_rest.py"))
`);
process.exit(0);
