"""Rules that hold for every template and for the stylesheet (docs/pages.md)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Papers are drawn by WeasyPrint, not by browsers under the content policy.
PAGES = [path for path in TEMPLATES if "paper" not in path.parts]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|hx-vals=.js:", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE)
ADDRESS = re.compile(r"(?:src|href|action|url)\s*[=(]\s*[\"']?(?:https?:)?//", re.IGNORECASE)
# Chromium 86 drops a rule with any of these.
TOO_NEW = re.compile(
    r"light-dark\(|color-mix\(|@layer|@container|\ddvh|:is\(|:where\(|\binset:|aspect-ratio:|"
    r"margin-inline|padding-inline|margin-block|padding-block|@scope|&:|\bfrom var\("
)
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\(", re.IGNORECASE)


def names(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=names)
def test_template_compiles_and_is_short(path):
    get_template(names(path))
    assert len(path.read_text().splitlines()) < 150


@pytest.mark.parametrize("path", PAGES, ids=names)
def test_template_keeps_the_content_policy(path):
    text = path.read_text()
    for rule in (INLINE, SCRIPT, ADDRESS):
        assert not rule.search(text)
    assert "|safe" not in text
    assert "{% autoescape off" not in text


def test_stylesheet_renders_in_older_browsers():
    text = (ROOT / "static/portal.css").read_text()
    assert len(text.splitlines()) < 900
    rules = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert not TOO_NEW.search(rules)
    for line in rules.splitlines():
        # A selector list with :has() would be dropped whole.
        selector = line.split("{")[0]
        assert ":has(" not in selector or "," not in selector or "@supports" in line


def test_colours_stand_among_the_tokens_only():
    text = (ROOT / "static/portal.css").read_text()
    _, components = re.split(r"/\* 2 Ground", text)
    assert not COLOUR.search(components)
