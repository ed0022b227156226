"""The JupyterLite site: stock applications, our extension, our pages."""

import importlib.util
import json
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

from hashed import place
from paths import EDITOR, NODE_MODULES

BASE = "/edit/"
APPS = ("notebooks", "lab")
PACK = "jupyterlab_language_pack_fr_FR"
DOMAINS = ("jupyterlab", "notebook")
EXTENSION = "@candyce/editor"
PAGE = EDITOR / "site" / "page.html"
SETTINGS = EDITOR / "site" / "settings.json"
# The chunks that each application loads until a notebook can be edited, in that order, as a browser
# asked for them. A name that a newer JupyterLite no longer has is left out.
STARTUP_CHUNKS = EDITOR / "site" / "startup-chunks.json"


def run_jupyter_lite(work: Path) -> Path:
    """`jupyter lite build` from clean: a stale `.jupyterlite.doit.db` would leave pages unpatched."""
    folder = work / "lite"
    folder.mkdir(parents=True)
    out = folder / "out"
    config = {
        "apps": list(APPS),
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "ignore_sys_prefix": ["federated_extensions"],
    }
    (folder / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": config}))
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--output-dir", str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not (out / "jupyter-lite.json").exists():
        raise RuntimeError("jupyter lite build failed:\n" + (done.stdout + done.stderr)[-2000:])
    return out


def assemble(lite: Path, extension: Path, worker: Path, python: dict, site: Path) -> None:
    """Copy what is served, and write the pages."""
    shutil.copytree(
        lite / "build", site / "build", ignore=shutil.ignore_patterns("service-worker*")
    )
    for unused in ("fa-*.eot", "fa-*.svg", "fa-*.ttf", "fa-*.woff"):
        for path in (site / "build").glob(unused):
            path.unlink()
    shutil.copytree(extension / "static", site / "extensions" / EXTENSION / "static")
    _translations(site)
    # until the operator mirrors packages, this is what the kernel finds
    (site / "packages").mkdir()
    (site / "packages" / "index.json").write_text('{"packages": {}}\n')
    worker_name = place(worker, site / "pyodide", "kernel-worker")
    icon = place(EDITOR / "site" / "favicon.svg", site)
    for app in APPS:
        bundle = place(site / "build" / app / "bundle.js", site / "build" / app)
        (site / "build" / app / "bundle.js").unlink()
        config = _page_config(lite, app, extension, _python_places(python, worker_name))
        config["faviconUrl"] = BASE + icon
        (site / app).mkdir()
        preloads = _preloads(site, app)
        (site / app / "index.html").write_text(
            _page(config, f"build/{app}/{bundle}", icon, preloads)
        )


def _python_places(python: dict, worker: str) -> dict:
    at = BASE + "pyodide/"
    return {
        "worker": at + worker,
        "core": f"{at}{python['core']}/",
        "boot": at + python["boot"],
        "rest": at + python["rest"],
        "lock": python["lock"],
        "packages": at + "packages/",
        "mirror": BASE + "packages/index.json",
    }


def _page_config(lite: Path, app: str, extension: Path, python: dict) -> dict:
    """What JupyterLite's config-utils.js would gather in six requests, put into the page."""
    config: dict = {}
    for file in (lite / "jupyter-lite.json", lite / app / "jupyter-lite.json"):
        config |= json.loads(file.read_text())["jupyter-config-data"]
    ours = json.loads(SETTINGS.read_text())
    package = json.loads((extension / "package.json").read_text())
    build = package["jupyterlab"]["_build"]
    disabled = ours["disabledExtensions"] + package["jupyterlab"]["disabledExtensions"]
    return config | {
        "appName": "Candyce",
        "baseUrl": BASE,
        "fullStaticUrl": BASE + "build",
        "fullLabextensionsUrl": BASE + "extensions",
        "settingsUrl": BASE + "build/schemas",
        "federated_extensions": [{"name": EXTENSION, **build}],
        "disabledExtensions": sorted(set(config.get("disabledExtensions", [])) | set(disabled)),
        "settingsOverrides": ours["settingsOverrides"],
        "showLoadingIndicator": False,
        "candycePython": json.dumps(python),
    }


def _preloads(site: Path, app: str) -> str:
    """Links that let the browser fetch at once what the scripts would ask for one after the other."""
    chunks = json.loads(STARTUP_CHUNKS.read_text())[app]
    scripts = [f"build/{name}" for name in chunks if (site / "build" / name).exists()]
    own = site / "extensions" / EXTENSION / "static"
    for path in sorted(own.glob("[0-9]*.js")):
        version = path.name.split(".")[1]
        scripts.append(f"extensions/{EXTENSION}/static/{path.name}?v={version}")
    links = [f'<link rel="preload" as="script" href="{escape(BASE + s)}">' for s in scripts]
    return "\n    ".join(links)


def _page(config: dict, bundle: str, icon: str, preloads: str) -> str:
    # a closing tag inside the JSON would end the script element
    data = json.dumps(config, separators=(",", ":")).replace("</", "<\\/")
    load = config["federated_extensions"][0]["load"]
    entry = f"{BASE}extensions/{EXTENSION}/{load}"
    return (
        PAGE.read_text()
        .replace("{{ config }}", data)
        .replace("{{ bundle }}", escape(BASE + bundle))
        .replace("{{ extension }}", escape(entry))
        .replace("{{ icon }}", escape(BASE + icon))
        .replace("{{ preloads }}", preloads)
    )


def _translations(site: Path) -> None:
    """French beside English, in the form that JupyterLab's translation API gives."""
    spec = importlib.util.find_spec(PACK)
    if spec is None or spec.origin is None:
        raise RuntimeError("The French language pack is not installed.")
    folder = Path(spec.origin).parent / "locale" / "fr_FR" / "LC_MESSAGES"
    domains = {d: json.loads((folder / f"{d}.json").read_text()) for d in DOMAINS}
    for domain, more in json.loads((EDITOR / "site" / "fr.json").read_text()).items():
        known = domains.setdefault(domain, {"": domains["jupyterlab"][""]})
        known |= {source: [text] for source, text in more.items()}
    names = {
        "en": {"displayName": "English", "nativeName": "English"},
        "fr_FR": {"displayName": "French", "nativeName": "français"},
    }
    out = site / "api" / "translations"
    out.mkdir(parents=True)
    for name, content in (("all", names), ("en", {}), ("fr_FR", domains)):
        text = json.dumps(
            {"data": content, "message": ""}, ensure_ascii=False, separators=(",", ":")
        )
        (out / f"{name}.json").write_text(text, encoding="utf-8")


def node_modules_ready() -> bool:
    return (NODE_MODULES / ".bin" / "tsc").exists() and (NODE_MODULES / "pyodide").exists()
