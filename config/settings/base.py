"""Settings that hold everywhere. What differs between installations is read from the environment
(.env.example lists every name); dev, test and prod only say how strict they are."""

from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from config.keys import read_key, read_secret

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Uploads, reports, keys and the private database of ./portal.
STATE_DIR = Path(env("PORTAL_STATE", default="") or BASE_DIR / "var").resolve()

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Links inside PDF and xlsx files need an address.
PUBLIC_URL = env("PUBLIC_URL", default="http://localhost:8000").rstrip("/")

# --- Keys ---------------------------------------------------------------------------------------
CREATE_KEYS = env.bool("PORTAL_CREATE_KEYS", default=False)
KEY_DIR = STATE_DIR / "keys"
SECRET_KEY = read_key("SECRET_KEY", folder=KEY_DIR, create=CREATE_KEYS)
FIELD_KEY = read_key("FIELD_KEY", folder=KEY_DIR, create=CREATE_KEYS)
FINGERPRINT_KEY = read_key("FINGERPRINT_KEY", folder=KEY_DIR, create=CREATE_KEYS)

# --- Apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "common",
    "areas",
    "accounts",
    "enterprises",
    "organizations",
    "members",
    "registers",
    "activities",
    "evaluations",
    "services",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_filters",
    "import_export",
    "django_htmx",
    "axes",
    "django_otp",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.requests.BodySizeMiddleware",
    "common.requests.CleanRequestMiddleware",
    # Before all that may fail: an answer to a failure is read for it as well.
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.ScopeMiddleware",
    "common.requests.PersonalPageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, as django-axes asks: it turns a locked sign-in into its answer.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.page",
            ],
        },
    }
]
# Form and field templates come from templates/ like any page.
FORM_RENDERER = "common.forms.PortalRenderer"

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Database -----------------------------------------------------------------------------------
# Two roles: the application may read and write rows, the owner may also change tables.
# manage.py sets DATABASE_ROLE=owner for the commands that do.
_url = read_secret("DATABASE_URL") or "postgres:///portal"
DATABASE_APPLICATION = env.db_url_config(_url)
DATABASE_OWNER = env.db_url_config(read_secret("DATABASE_OWNER_URL") or _url)
# Migrations take rights on the trace away from the first (common/protection.py).
DATABASE_APPLICATION_ROLE = DATABASE_APPLICATION["USER"]
DATABASE_OWNER_ROLE = DATABASE_OWNER["USER"]


def _session_options() -> str:
    """PostgreSQL settings of each session.

    A dead client's statement must not hold locks for minutes, and nobody waits for a lock without
    end. Web pages add a limit per statement (config/gunicorn.py); imports may take longer.
    A figure of many conditions looks costly to the planner and runs in a fraction of the seconds
    that compiling it would take: no JIT.
    """
    values = {
        "lock_timeout": env("DATABASE_LOCK_TIMEOUT", default="10s"),
        "idle_in_transaction_session_timeout": "60s",
        "client_connection_check_interval": "5s",
        "statement_timeout": env("DATABASE_STATEMENT_TIMEOUT", default="0"),
        "jit": "off",
    }
    return " ".join(f"-c {name}={value}" for name, value in values.items())


for _database in (DATABASE_APPLICATION, DATABASE_OWNER):
    _database["ENGINE"] = "django.db.backends.postgresql"
    _database["ATOMIC_REQUESTS"] = False
    _database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
    _database["CONN_HEALTH_CHECKS"] = True
    _options = _database.setdefault("OPTIONS", {})
    _options["options"] = f"{_options.get('options', '')} {_session_options()}".strip()

_is_owner = env("DATABASE_ROLE", default="application") == "owner"
DATABASES = {"default": dict(DATABASE_OWNER if _is_owner else DATABASE_APPLICATION)}

# --- Redis --------------------------------------------------------------------------------------
REDIS_URL = read_secret("REDIS_URL") or "redis://localhost:6379/0"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
}

# --- Jobs ---------------------------------------------------------------------------------------
# redis-py writes unix:///path?db=0, Celery redis+socket:///path?virtual_host=0.
_broker = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_URL = _broker.replace("?db=", "?virtual_host=")
CELERY_TASK_DEFAULT_QUEUE = "portal"
# Where one worker has a way out and the others have none, it alone sends e-mail.
_mail_queue = env("PORTAL_MAIL_QUEUE", default="")
CELERY_TASK_ROUTES = {"common.mail_digests": {"queue": _mail_queue}} if _mail_queue else {}
CELERY_TIMEZONE = TIME_ZONE
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
# Results stand in the row of the job.
CELERY_TASK_IGNORE_RESULT = True
# A killed worker's job is delivered again; the claim in the row keeps it from running twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 660
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than twice the hard limit, or a long job would be delivered a second time.
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A job does not need the broker: it goes on when Redis dies, and the claim keeps the message that
# comes again from doing it twice.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
# WeasyPrint does not give memory back.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "common.alive:Scheduler"
CELERY_BEAT_SCHEDULE = {
    # A lost job is back after its stale limit and one sweep. Sweeps do not pile up while no worker
    # runs.
    "sweep-jobs": {"task": "common.sweep_jobs", "schedule": 10, "options": {"expires": 10}},
    "purge-jobs": {"task": "common.purge_jobs", "schedule": crontab(hour="3", minute="30")},
    "purge-exports": {"task": "common.purge_exports", "schedule": crontab(minute="20")},
    "purge-imports": {"task": "common.purge_imports", "schedule": crontab(hour="3", minute="35")},
    "clear-sessions": {"task": "accounts.clear_sessions", "schedule": crontab(4, hour="3")},
    "purge-files": {"task": "common.purge_files", "schedule": crontab(hour="3", minute="45")},
    "fill-calendar": {"task": "common.fill_calendar", "schedule": crontab(hour="3", minute="40")},
    # Every night: the first of a month opens it, other nights look after what has changed.
    "open-months": {"task": "activities.open_months", "schedule": crontab(minute="5", hour="0")},
    # On working days only, which the task itself knows; in office hours.
    "send-digests": {"task": "common.send_digests", "schedule": crontab(hour="9", minute="0")},
    "mail-digests": {
        "task": "common.mail_digests", "schedule": crontab(minute="*/5"),
        "options": {"expires": 240},
    },
    # In office hours of working days only, which the task itself knows.
    "look-after-tickets": {
        "task": "services.look_after", "schedule": crontab(minute="*/10"),
        "options": {"expires": 500},
    },
    # Every morning: the task itself knows whether this is the first working day of the month.
    "monthly-report": {"task": "reports.monthly_report", "schedule": crontab(hour="6", minute="0")},
}

# --- E-mail -------------------------------------------------------------------------------------
# Without an address no e-mail goes out, and reminders stand on the home page only.
_mail = env.email_url_config(read_secret("EMAIL_URL") or "dummymail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
EMAIL_SUBJECT_PREFIX = ""
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default="portal@localhost")

# --- Sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AccountBackend",
]
PASSWORD_HASHERS = ["accounts.hashers.Argon2Hasher"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "name_spelled")},
    },
    {"NAME": "accounts.passwords.NameValidator"},
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.WordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
# Pages of what is still to be done before any other page opens (accounts/middleware.py).
SIGN_IN_STEPS = ["accounts:verify", "accounts:password", "accounts:totp"]
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"

# The limits are dated settings (accounts/parameters.py). A success forgives the failures of that
# account at that address, and no others.
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = "accounts.lockout.failure_limit"
AXES_COOLOFF_TIME = "accounts.lockout.lock_time"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.address_of"
AXES_RESET_ON_SUCCESS = True
# Who goes on trying while locked does not make it longer, or anybody could lock anybody for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # accounts.SignInEntry
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"

# No session outlives this; its limits are dated settings, kept by accounts/middleware.py.
SESSION_COOKIE_AGE = 24 * 3600
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
# Plain http is for one machine only; prod.py turns https on by default.
HTTPS = env.bool("PORTAL_HTTPS", default=False)
# Web servers in front of this one; each adds the address that it saw to X-Forwarded-For.
PROXIES = env.int("PORTAL_PROXIES", default=1 if HTTPS else 0)

# --- What browsers may do -----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Private: views hand uploads and reports out after asking the scope, no address serves them.
MEDIA_ROOT = STATE_DIR / "files"
MEDIA_URL = ""
# /healthz calls a disk with less room full.
MIN_FREE_BYTES = env.int("MIN_FREE_MB", default=200) * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "common.storage.WholeFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Log ----------------------------------------------------------------------------------------
# To standard error only: what a command prints on standard output belongs to its caller.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "WARNING"},
        # Names what was typed as the account, which may be a password.
        "axes": {"level": "ERROR"},
    },
}
