"""NAME or NAME_FILE: how addresses and keys come in."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.keys import read_key, read_secret


def test_variable_file_or_nothing(monkeypatch, tmp_path):
    monkeypatch.delenv("FIELD_KEY", raising=False)
    assert read_secret("FIELD_KEY") == ""
    file = tmp_path / "field_key"
    file.write_text("from a file\n")
    monkeypatch.setenv("FIELD_KEY_FILE", str(file))
    assert read_secret("FIELD_KEY") == "from a file"
    assert read_key("FIELD_KEY", folder=tmp_path / "none", create=True) == "from a file"
    monkeypatch.setenv("FIELD_KEY", "from the environment")
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEY 与 FIELD_KEY_FILE 只能设置一个"):
        read_secret("FIELD_KEY")


def test_file_that_is_missing_or_empty_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("FIELD_KEY", raising=False)
    file = tmp_path / "field_key"
    monkeypatch.setenv("FIELD_KEY_FILE", str(file))
    with pytest.raises(ImproperlyConfigured, match=f"{file} 读不出来"):
        read_secret("FIELD_KEY")
    file.write_text(" \n")
    with pytest.raises(ImproperlyConfigured, match=f"{file} 是空的"):
        read_secret("FIELD_KEY")


NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEY",
         "FINGERPRINT_KEY")
PRINT = """
from django.conf import settings as s
print(s.DATABASES["default"]["PASSWORD"], s.DATABASE_OWNER["USER"], s.REDIS_URL, s.FIELD_KEY)
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """A process whose environment has only these of the secrets."""
    others = {key: value for key, value in os.environ.items() if key not in NAMES}
    given = {"DJANGO_SETTINGS_MODULE": "config.settings.prod"} | environment
    return subprocess.run(
        [sys.executable, *command], cwd=settings.BASE_DIR, env=others | given,
        capture_output=True, text=True, check=False, timeout=300,
    )


def test_all_settings_from_files(tmp_path):
    values = dict.fromkeys(NAMES, "key") | {
        "DATABASE_URL": "postgres://portal:p4ss@db/portal",
        "DATABASE_OWNER_URL": "postgres://owner:word@db/portal",
        "REDIS_URL": "redis://:s3cret@redis:6379/0",
    }
    for name, value in values.items():
        (tmp_path / name).write_text(value + "\n")
    environment = {f"{name}_FILE": str(tmp_path / name) for name in NAMES}
    done = run("-c", PRINT, **environment)
    assert done.stdout == "p4ss owner redis://:s3cret@redis:6379/0 key\n", done.stderr


def test_missing_key_is_a_sentence(tmp_path):
    done = run("manage.py", "backup", PORTAL_STATE=str(tmp_path), PORTAL_CREATE_KEYS="0")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "请把另存的密钥文件放回原处" in done.stderr
