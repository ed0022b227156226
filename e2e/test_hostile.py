"""A hostile notebook, run by a teacher: it reads neither the portal's session nor another project.

The pupil is the attacker: her copy holds JavaScript in stored outputs (marked as trusted), JavaScript made by a cell,
and Python that uses the worker's ``fetch``. The teacher opens the copy and runs it all.
"""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.notebook import find_text, wait_for_notebook

STORED = "<img src=x onerror=\"window.pwned='stored html'\"><script>window.pwned='stored script'</script>"
PROBE = """
import json
from pyodide.http import pyfetch
async def attempt(name, url, **options):
    try:
        answer = await pyfetch(url, **options)
        text = await answer.string()
        print(name, answer.status, 'LEAK' if ('Nadia' in text or 'sessionid' in text) else 'nothing')
    except Exception as error:
        print(name, 'refused', type(error).__name__)
await attempt('portal', '%(portal)s/', credentials='include')
await attempt('portal-api', '%(portal)s/projects/', credentials='include')
await attempt('other-project', '/api/project', credentials='include')
await attempt('abroad', 'https://example.org/')
print('probe done')
"""
SCRIPT = """
from IPython.display import Javascript, display
display(Javascript('''
  (async () => {
    const said = [];
    const attempt = async (name, act) => {
      try { said.push(name + '=' + await act()); } catch (error) { said.push(name + '=refused'); }
    };
    await attempt('cookie', () => document.cookie || 'empty');
    await attempt('portal', async () => (await fetch('%(portal)s/', {credentials: 'include'})).status);
    await attempt('opener', () => String(window.opener));
    await attempt('tokens', () => Object.keys(sessionStorage).filter(k => !k.includes('%(project)s')).length);
    await attempt('local', () => JSON.stringify(localStorage).includes('token'));
    await attempt('worker', async () => (await navigator.serviceWorker.getRegistrations()).filter(one => !(one.active ?? one.waiting ?? one.installing).scriptURL.endsWith('/edit/sw.js')).length);
    await attempt('databases', async () => (await indexedDB.databases()).filter(d => /doc|candyce|jupyter/i.test(d.name) && d.name !== 'candyce-offline').length);
    await attempt('portal-frame', () => new Promise((done, no) => {
      const frame = document.createElement('iframe'); frame.src = '%(portal)s/';
      frame.onload = () => { try { done(frame.contentDocument ? frame.contentDocument.body.innerText.slice(0, 20) || 'blank' : 'opaque'); } catch (e) { no(e); } };
      document.body.append(frame); setTimeout(() => done('never'), 4000);
    }));
    element.textContent = 'JS ' + said.join(' ');
  })();
'''))
"""


def get_hostile(site: Site, project: str) -> dict[str, object]:
    """The notebook of the attack (nbformat 4.5)."""
    names = {"portal": site.portal, "project": project}
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": STORED}}
    script = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"application/javascript": "window.pwned='stored js'"},
    }

    def cell(name: str, source: str, outputs: list[object]) -> dict[str, object]:
        return {
            "cell_type": "code", "id": name, "metadata": {"trusted": True}, "source": source,
            "outputs": outputs, "execution_count": None,
        }  # fmt: skip

    return {
        "cells": [
            cell("stored", "1 + 1", [output, script]),
            cell("python", PROBE % names, []),
            cell("script", SCRIPT % names, []),
        ],
        "metadata": {"kernelspec": {"name": "python", "display_name": "Python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def open_own_copy(pupil: Page) -> tuple[str, str]:
    """The pupil's project and token, as her own (modified) page knows them."""
    pupil.goto("/my-work/")
    pupil.locator("main a[href*='/assignments/copies/']").first.click()
    pupil.get_by_role("link", name="Ouvrir mon carnet").click()
    wait_for_notebook(pupil)
    project = re.search(r"project=([0-9a-f-]{36})", pupil.url)
    assert project is not None
    stored = pupil.evaluate("key => sessionStorage.getItem(key)", f"candyce:{project[1]}")
    token = re.search(r"[\w-]{40,}\.[\w-]{20,}", str(stored))
    assert token is not None
    return project[1], token[0]


def test_hostile_copy_run_by_a_teacher_reaches_nothing(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("nadia.benali")
    pupil = new_person("bilal.simon")
    project, token = open_own_copy(pupil)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = {"type": "notebook", "format": "json", "content": get_hostile(site, project)}
    pupil.goto("about:blank")
    done = pupil.request.put(
        f"{site.editor}/api/files/piege.ipynb", headers=headers, data=json.dumps(body)
    )
    assert done.ok, done.text()

    # A token opens one project: not the teacher's, not with cookies, not on the portal.
    others = pupil.request.get(
        f"{site.portal}/projects/{project}/", headers={"Authorization": f"Bearer {token}"}
    )
    assert "piege" not in others.text() or others.ok
    assert pupil.request.get(f"{site.editor}/api/project").status == 401

    teacher.goto(f"{site.portal}/projects/{project}/open/?path=piege.ipynb")
    wait_for_notebook(teacher)
    find_text(teacher, "1 + 1")
    teacher.wait_for_timeout(1500)
    assert teacher.evaluate("window.pwned") is None

    for number in (1, 2):
        teacher.locator(".jp-Notebook .jp-Cell").nth(number).click(position={"x": 40, "y": 10})
        teacher.keyboard.press("Control+Enter")
    output = teacher.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-Cell-outputArea")
    expect(output).to_contain_text("probe done", timeout=60_000)
    text = output.inner_text()
    assert "LEAK" not in text
    assert "portal refused" in text
    assert "portal-api refused" in text
    assert "other-project 401" in text
    assert "abroad refused" in text
    script = teacher.locator(".jp-Notebook .jp-Cell").nth(2).locator(".jp-Cell-outputArea")
    expect(script).to_contain_text("JS ", timeout=20_000)
    said = script.inner_text()
    take_picture(teacher, "piege")
    assert "cookie=empty" in said
    assert "portal=refused" in said
    assert "opener=null" in said
    assert "tokens=0" in said
    assert "local=false" in said
    assert "worker=0" in said
    assert "databases=0" in said
    assert re.search(r"portal-frame=(refused|never|opaque|blank)", said)
    assert teacher.context.cookies(site.editor) == []
    teacher.goto(f"{site.portal}/")
    assert "Nadia" in teacher.locator("h1").inner_text()
