"""What tests of pages share."""

import re

from django.urls import reverse

HOSTILE = (
    "# Consigne\n\n**Attention** <script>alert(1)</script> <img src=x onerror=alert(2)>"
    " [lien](javascript:alert(3)) <a href='data:text/html,x' onclick='alert(4)'>x</a>"
    " <style>body{display:none}</style><iframe src='https://evil.example'></iframe>"
)


def url(name, *args):
    return reverse(f"assignments:{name}", args=args)


def assert_clean(html):
    assert not re.search(
        r"<script(?![^>]*src=)|href=.javascript:|\son[a-z]+=|\sstyle=|<style|<iframe|<img>", html
    )
