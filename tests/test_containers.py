"""Dockerfile and docker-compose.yml, as far as they can be checked without Docker."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
ONE_SHOT = {"migrate", "backup"}
OURS = {"migrate", "web", "worker", "mailer", "beat", "backup"}
# The web is reached, the mailer reaches a mail server; neither opens an uploaded file.
OUTSIDE = {"web", "mailer"}


def tool(name: str) -> str:
    """A program of requirements-dev.lock, which has it for Linux on x86-64."""
    path = Path(sys.executable).parent / name
    if not path.exists():
        pytest.skip(f"{name} is not packaged for this machine")
    return str(path)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    subprocess.run([ROOT / "docker/secrets.sh", folder], check=True, timeout=300)
    return folder


def test_dockerfile_follows_good_practice():
    done = subprocess.run(
        [tool("hadolint"), ROOT / "Dockerfile"], capture_output=True, text=True, check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_file_is_understood(secrets):
    done = subprocess.run(
        [tool("docker-compose"), "config", "--quiet"], cwd=ROOT, capture_output=True, text=True,
        env=os.environ | {"PORTAL_SECRETS": str(secrets)}, check=False, timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")


# --- image ------------------------------------------------------------------------------------


def test_image_has_the_packages_of_the_entry_script():
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert [stage.split()[0] for stage in stages] == ["debian:bookworm-slim"] * 2
    script = (ROOT / "portal").read_text(encoding="utf-8")
    listed = re.search(r"for package in ([^;$]+)\"\$@\"", script)[1].split()
    installed = re.search(r"--no-install-recommends \\\n(.+?)&&", stages[1], re.DOTALL)[1]
    own = {"postgresql-client", "python3", "tzdata"}
    assert set(installed.replace("\\", "").split()) == {*listed, *own}
    assert "--require-hashes -r /tmp/requirements.lock" in stages[0]


def test_image_does_not_run_as_root():
    users = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE, re.MULTILINE)
    assert users == [("10001", "10001")]
    assert DOCKERFILE.index("USER ") > DOCKERFILE.rindex("RUN ")


def test_image_holds_the_code_and_nothing_else():
    kept = re.findall(r"^!(\S+?)/?$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    code = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert set(kept) == code | {"static", "templates", "manage.py", "requirements.lock"}


# --- services ---------------------------------------------------------------------------------


def test_services_are_what_the_portal_needs():
    assert set(SERVICES) == OURS | {"db", "redis"}
    assert {name for name in SERVICES if SERVICES[name].get("image") == "portal"} == OURS


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_a_health_check_or_ends_by_itself(name):
    one_shot = SERVICES[name]["restart"] == "no"
    assert one_shot == (name in ONE_SHOT)
    assert one_shot != ("healthcheck" in SERVICES[name])


@pytest.mark.parametrize("name", SERVICES)
def test_service_can_do_no_more_than_it_must(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    # Ours are not root by their image, the others by their name.
    assert service.get("user") == {"db": "postgres", "redis": "redis"}.get(name)


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_are_files(name, secrets):
    service = SERVICES[name]
    for key, value in service.get("environment", {}).items():
        if re.search(r"URL|KEY|PASSWORD|SECRET|TOKEN", key) and key != "PUBLIC_URL":
            assert key.endswith("_FILE"), key
        if key.endswith("_FILE") and key != "PORTAL_ALIVE_FILE":
            secret = value.removeprefix("/run/secrets/")
            assert secret in service["secrets"]
        assert not re.search(r"://[^/]*@", str(value)), key
    for secret in service["secrets"]:
        assert COMPOSE["secrets"][secret]["file"].endswith(f"/{secret}")
        assert (secrets / secret).exists()


def test_only_the_owner_of_the_tables_gets_its_address():
    holders = {name for name in SERVICES if "database_owner_url" in SERVICES[name]["secrets"]}
    assert holders == {"db", *ONE_SHOT}


def test_only_the_web_is_reached_and_only_from_this_machine():
    assert {name for name in SERVICES if "ports" in SERVICES[name]} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name, service in SERVICES.items():
        assert service["networks"] == ["inside", *(["outside"] if name in OUTSIDE else [])]


def test_only_the_mailer_sends_e_mail():
    holders = {name for name in SERVICES if "email_url" in SERVICES[name]["secrets"]}
    assert holders == {"mailer"}
    ours = [SERVICES[name]["environment"] for name in OURS]
    assert {one["PORTAL_MAIL_QUEUE"] for one in ours} == {"mail"}
    entry = SERVICES["mailer"]["entrypoint"]
    assert entry[entry.index("-Q") + 1] == "mail"
    assert SERVICES["mailer"]["environment"]["PORTAL_PART"] != "worker"
    program = "from config import celery; celery.app.finalize(); print(celery.app.conf.task_routes)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300,
        cwd=ROOT, env=os.environ | {"PORTAL_MAIL_QUEUE": "mail"},
    )
    assert done.stdout.strip() == "{'common.mail_digests': {'queue': 'mail'}}"


# --- secrets ----------------------------------------------------------------------------------


def test_secrets_are_made_once(secrets):
    made = {path.name: path.read_text() for path in secrets.iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert len(set(made.values())) == len(made)
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o444}
    subprocess.run([ROOT / "docker/secrets.sh", secrets], check=True, timeout=300)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == made


@pytest.mark.parametrize(
    ("script", "secret"),
    [("database", "database_url"), ("database", "database_owner_url"), ("redis", "redis_url")],
)
def test_servers_take_their_password_out_of_the_address(secrets, script, secret):
    program = re.search(r"sed -E '([^']+)'", (ROOT / f"docker/{script}.sh").read_text())[1]
    done = subprocess.run(
        ["sed", "-E", program, secrets / secret], capture_output=True, text=True,
        check=True, timeout=300,
    )
    address = urlsplit((secrets / secret).read_text().strip())
    assert done.stdout.strip() == address.password
    assert address.hostname in SERVICES


def test_database_is_set_up_as_without_containers():
    assert "./config/postgresql.conf:/portal.conf:ro" in SERVICES["db"]["volumes"]
    program = (ROOT / "docker/database.sh").read_text(encoding="utf-8")
    assert 'cat /portal.conf >>"$PGDATA/postgresql.conf"' in program
    assert 'cat -- "$here/config/postgresql.conf"' in (ROOT / "portal").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", ["database.sh", "redis.sh", "secrets.sh"])
def test_scripts_are_valid_shell(script):
    subprocess.run(["sh", "-n", ROOT / "docker" / script], check=True, timeout=300)
