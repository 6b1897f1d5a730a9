"""What a machine needs to start: the entry script, the locks, the list of settings."""

import re
import subprocess

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
# Set by ./portal, manage.py and the tests themselves.
INTERNAL = {
    "DATABASE_ROLE",
    "DJANGO_SETTINGS_MODULE",
    "PORTAL_ALIVE_FILE",
    "PORTAL_BIND",
    "PORTAL_CREATE_KEYS",
    "PORTAL_MAIL_QUEUE",
    "PORTAL_READY_FILE",
    "PORTAL_TEST_EAGER",
    "PORTAL_TEST_FULL",
    "PORTAL_TEST_RUN",
    "PORTAL_TEST_STATE",
    "PYTEST_XDIST_WORKER",
}


def run_portal(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ROOT / "portal", *arguments], capture_output=True, text=True, timeout=30, check=False
    )


def test_entry_script_is_valid_shell():
    assert subprocess.run(["sh", "-n", ROOT / "portal"], check=False, timeout=300).returncode == 0


@pytest.mark.parametrize("arguments", [(), ("unknown",), ("demo", "--unknown"), ("serve", "now")])
def test_wrong_call_prints_usage(arguments):
    result = run_portal(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "./portal manage" in result.stderr


def test_help_is_no_error():
    result = run_portal("--help")
    assert (result.returncode, result.stderr) == (0, "")


def locked(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*==\S+)", text, re.MULTILINE))


def test_development_lock_holds_the_other_one():
    assert locked("requirements.lock") <= locked("requirements-dev.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_names_no_place_to_download_from(name):
    assert not re.search(r"https?://|file://|--(extra-)?index-url", (ROOT / name).read_text())


def test_every_setting_stands_in_the_example():
    sources = [*(ROOT / "config").rglob("*.py"), ROOT / "portal"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    reader = r"(?:env(?:\.\w+)?|environ\.get|read_key|read_secret)"
    read = set(re.findall(reader + r"\(\s*\"([A-Z_]+)\"", text))
    read |= set(re.findall(r"\$\{(?:\#)?([A-Z][A-Z_]+):?[-+]", text))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    documented = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert read - INTERNAL == documented
