"""Settings, read from the environment once; each is described in docs/settings.md (a test compares)."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path

from openpar.common.disk import parse_reserve
from openpar.config.database import database_settings

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "src" / "openpar"


def _env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def _flag(name: str) -> bool:
    return _env(name).lower() in {"1", "yes", "true", "on"}


def _kept_secret(path: Path) -> str:
    """The key of this installation: made once, readable by its owner only."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(48)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
        return key


OPENPAR_DEMO = _flag("OPENPAR_DEMO")
OPENPAR_VAR_DIR = Path(_env("OPENPAR_VAR_DIR") or ROOT / "var")
OPENPAR_DATA_DIR = ROOT / "data"
# Evidence and official documents, stored by content.
OPENPAR_FILES_DIR = Path(_env("OPENPAR_FILES_DIR") or OPENPAR_VAR_DIR / "files")
# What signs the log, and under which name (docs/trust/keys.md).
OPENPAR_KEYS_DIR = Path(_env("OPENPAR_KEYS_DIR") or OPENPAR_VAR_DIR / "keys")
# Backups: where they go, and the public keys that close them; the secret key is never here.
OPENPAR_BACKUP_DIR = _env("OPENPAR_BACKUP_DIR")
OPENPAR_BACKUP_RECIPIENTS = _env("OPENPAR_BACKUP_RECIPIENTS")
# The program that recounts a round and checks the log, and shares no code with this one.
OPENPAR_VERIFIER = Path(_env("OPENPAR_VERIFIER") or ROOT / "verify" / "openpar_verify.py")
# Certificates that signatures are trusted by; whether lists of revoked ones may be fetched from the network.
OPENPAR_TRUST_STORE_DIR = Path(_env("OPENPAR_TRUST_STORE_DIR") or OPENPAR_VAR_DIR / "trust-store")
OPENPAR_SIGNATURE_FETCHING = _flag("OPENPAR_SIGNATURE_FETCHING")
# A ClamAV daemon (unix:/PATH or HOST:PORT); without one nothing is scanned.
OPENPAR_CLAMAV = _env("OPENPAR_CLAMAV")
OPENPAR_MAX_UPLOAD_BYTES = int(_env("OPENPAR_MAX_UPLOAD_BYTES") or 50 * 1024 * 1024)
# A folder with the office's own fonts for PDF documents (reports/documents/fonts.py).
OPENPAR_DOCUMENT_FONTS = _env("OPENPAR_DOCUMENT_FONTS")
# Facts (base.facts): which engine counts, and how much of the machine DuckDB may take.
OPENPAR_FACTS_ENGINE = _env("OPENPAR_FACTS_ENGINE") or "duckdb"
OPENPAR_FACTS_THREADS = int(_env("OPENPAR_FACTS_THREADS") or 2)
OPENPAR_FACTS_MEMORY = _env("OPENPAR_FACTS_MEMORY") or "128MB"
# Where reported figures can be counted instead of typed (delivery/figures/sources.py).
OPENPAR_FIGURE_SOURCES = [
    "openpar.delivery.figures.counted.catalogue_of_procedures",
    "openpar.delivery.figures.counted.shorter_periods",
    "openpar.delivery.dossiers.figure_source.dossiers",
]
# What indicators are counted from beside facts (parindex/indicators/registers).
OPENPAR_INDICATOR_REGISTERS = [
    "openpar.parindex.indicators.registers.tasks.tasks",
    "openpar.parindex.indicators.registers.findings.findings",
    "openpar.parindex.indicators.registers.inspections.inspections",
    "openpar.parindex.indicators.registers.monitors.monitors",
    "openpar.reports.periodic.register.reports",
]
OPENPAR_SPARK_MASTER = _env("OPENPAR_SPARK_MASTER") or "local[2]"
OPENPAR_SPARK_FACTS = _env("OPENPAR_SPARK_FACTS") or ""
# With less than this free, pages can be read and nothing is written (docs/settings.md).
OPENPAR_DISK_RESERVE = parse_reserve(_env("OPENPAR_DISK_RESERVE") or "500m")
_database_dir = _env("OPENPAR_DATABASE_DIR")
OPENPAR_DATABASE_DIR = Path(_database_dir) if _database_dir else None
OPENPAR_METRICS_TOKEN = _env("OPENPAR_METRICS_TOKEN")
# Where a weakness is reported; stands in /.well-known/security.txt.
OPENPAR_SECURITY_CONTACT = _env("OPENPAR_SECURITY_CONTACT")

# Without a host nothing is mailed; messages are in the program all the same.
EMAIL_HOST = _env("OPENPAR_MAIL_HOST")
EMAIL_PORT = int(_env("OPENPAR_MAIL_PORT") or 587)
EMAIL_HOST_USER = _env("OPENPAR_MAIL_USER")
EMAIL_HOST_PASSWORD = _env("OPENPAR_MAIL_PASSWORD")
EMAIL_USE_TLS = EMAIL_PORT == 587
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _env("OPENPAR_MAIL_FROM") or "openpar@localhost"
# The address of the site, for links in letters and messages that leave the program.
OPENPAR_SITE = _env("OPENPAR_SITE")
# Machines of the own network that a gateway may be; all others must have public addresses.
OPENPAR_GATEWAY_HOSTS = [host for host in _env("OPENPAR_GATEWAY_HOSTS").lower().split(",") if host]

DEBUG = _flag("OPENPAR_DEBUG")
SECRET_KEY = _env("OPENPAR_SECRET_KEY") or _kept_secret(OPENPAR_VAR_DIR / "secret-key")
ALLOWED_HOSTS = _env("OPENPAR_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
OPENPAR_LOG_ORIGIN = _env("OPENPAR_LOG_ORIGIN") or f"{ALLOWED_HOSTS[0]}/openpar"
# Without a seal for so long, scores are no longer taken in.
OPENPAR_STOP_WITHOUT_SEAL = timedelta(minutes=int(_env("OPENPAR_STOP_WITHOUT_SEAL_MINUTES") or 15))
CSRF_TRUSTED_ORIGINS = [origin for origin in _env("OPENPAR_ORIGINS").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "openpar.base.audit",
    "openpar.base.organisations",
    "openpar.base.calendars",
    "openpar.base.accounts",
    "openpar.base.documents",
    "openpar.base.facts",
    "openpar.base.notifications",
    "openpar.base.access",
    "openpar.base.privacy",
    "openpar.base.intake",
    "openpar.delivery.procedures",
    "openpar.delivery.figures",
    "openpar.delivery.dossiers",
    "openpar.delivery.service_quality",
    "openpar.reform.plans",
    "openpar.reform.findings",
    "openpar.reform.initiatives",
    "openpar.reform.monitors",
    "openpar.reform.inspections",
    "openpar.parindex.indicators",
    "openpar.parindex.criteria",
    "openpar.parindex.assessments",
    "openpar.reports",
    "openpar.reports.periodic",
    "openpar.web",
    "openpar.demo",
    "openpar.jobs",
    # The last: it says that everything is loaded.
    "openpar.config",
]

MIDDLEWARE = [
    "openpar.web.metrics.Measured",
    "openpar.web.protection.ResponseHeaders",
    "openpar.api.middleware.AnswersOfTheApi",
    "openpar.web.protection.SmallEnough",
    "openpar.web.protection.HostCookies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "openpar.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "openpar.web.account.middleware.SignedInPeople",
    "openpar.web.pace.Paced",
    "openpar.web.security_events.SecurityEvents",
    "openpar.web.frozen.FrozenRows",
    "openpar.config.startup.OpenWhenReady",
    "openpar.web.middleware.AnswersUnderFailure",
    "openpar.web.middleware.ReadingPagesMayNotWrite",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "openpar.config.urls"
WSGI_APPLICATION = "openpar.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [SOURCE / "web" / "templates"],
        "OPTIONS": {"environment": "openpar.web.jinja.environment"},
    }
]
FORM_RENDERER = "django.forms.renderers.Jinja2"

DATABASES = {
    "default": database_settings(_env("DATABASE_URL"), default_file=OPENPAR_VAR_DIR / "openpar.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "openpar.base.accounts.passwords.NotEasilyGuessed"},
    {"NAME": "openpar.base.accounts.passwords.NotBreached"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# A list of stolen passwords (SHA-1 in order, one a line); without one nothing is looked up.
OPENPAR_BREACHED_PASSWORDS = _env("OPENPAR_BREACHED_PASSWORDS")
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# Sessions end when nobody uses them, and at the latest at their greatest age (base.access.rules).
SESSION_ENGINE = "openpar.web.account.session_store"
OPENPAR_SESSION_IDLE_MINUTES = int(_env("OPENPAR_SESSION_IDLE_MINUTES") or 60)
OPENPAR_SESSION_HOURS = int(_env("OPENPAR_SESSION_HOURS") or 12)
SESSION_COOKIE_AGE = OPENPAR_SESSION_HOURS * 60 * 60
# So long a password that an administrator gave opens the log-in page.
OPENPAR_GIVEN_PASSWORD_DAYS = int(_env("OPENPAR_GIVEN_PASSWORD_DAYS") or 7)
# Seals the secrets of second factors; without one of its own, a key derived from SECRET_KEY.
OPENPAR_FACTOR_KEY = _env("OPENPAR_FACTOR_KEY")
# How many proxies of ours stand in front: the address people come from is that many places from the right.
OPENPAR_PROXIES = int(_env("OPENPAR_PROXIES") or 0)
# No script reads a cookie: what a script sends along stands in the page (hx-headers).
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Behind HTTPS (OPENPAR_HTTPS=1) cookies and redirects say so; the demo runs on plain localhost.
_https = _flag("OPENPAR_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31536000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
# Probes and scrapes come from inside, by plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health", r"^metrics$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Strict: nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# The legal day is that of Việt Nam; the database keeps UTC.
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATIC_ROOT = OPENPAR_VAR_DIR / "static"
# WhiteNoise warns about a missing folder; before `collectstatic` it serves from the packages themselves.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# Files of the program are for its own pages.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 3600

FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "openpar.common.log_lines.OneLine",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%SZ",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Who got in and who was refused is told whatever the level of the rest.
    "loggers": {"openpar.security": {"level": "INFO"}},
    "root": {"handlers": ["console"], "level": _env("OPENPAR_LOG_LEVEL", "WARNING")},
}
