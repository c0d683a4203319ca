"""Django's settings, made from `configuration.WebSettings`; nothing here is read from anywhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pincite.web.configuration import load_web_settings, secret_key, web_home

WEB = load_web_settings()
_HERE = Path(__file__).resolve().parent

SECRET_KEY = secret_key(WEB)
DEBUG = False
ALLOWED_HOSTS = WEB.allowed_hosts
ROOT_URLCONF = "pincite.web.urls"
ASGI_APPLICATION = "pincite.web.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "ninja",
    "pincite.web.accounts",
    "pincite.web.reading",
    "pincite.web.editorial",
    "pincite.web.jobs",
    "pincite.web.audits",
]

MIDDLEWARE = [
    "pincite.web.security.Headers",
    "pincite.web.monitoring.Requests",
    "pincite.web.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pincite.web.accounts.second_factor.Required",
    "django_htmx.middleware.HtmxMiddleware",
    "pincite.web.errors.PinciteErrors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pincite.web.context.site",
            ],
            "builtins": ["pincite.web.templatetags"],
        },
    }
]


def _database() -> dict[str, Any]:
    if not WEB.database_url:
        # Writers take their lock at once and wait for it: with Django's defaults two writers fail with "database is locked".
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(web_home() / "pincite.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(WEB.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),  # sslmode=verify-full and the like
        # Each request runs in a thread of its own under ASGI: a connection kept open would be kept by a thread that is gone.
        "CONN_MAX_AGE": 0,
    }


DATABASES = {"default": _database()}
# Shared by all web processes, so that lock-out and rate limits count in one place.
# With Django's 300 entries, a few hundred addresses would push each other's counts out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = web_home() / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is missing; `serve` fills it
STATICFILES_DIRS = [_HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "pincite.web.static_files.Storage"},
}
WHITENOISE_USE_FINDERS = True

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "pincite.web.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "pincite.web.accounts.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none" if not WEB.email_url else "mandatory"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# Five wrong passwords for one name, or ten from one address, and sign-in waits; the right password waits, too.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "signup": "20/m/ip",
    "confirm_email": "1/3m/key",
    "manage_email": "10/m/user",
}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # before a change of e-mail or second factor the password is asked again
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Pincite: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if WEB.secure else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = bool(WEB.email_url)  # "your password was changed" and the like
ACCOUNT_USER_DISPLAY = "pincite.web.accounts.adapters.shown_name"
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_FORMS = {"login": "pincite.web.accounts.forms.SignInForm"}
ACCOUNT_SESSION_REMEMBER = None
MFA_TOTP_ISSUER = "Pincite"
MFA_ALLOW_UNVERIFIED_EMAIL = not WEB.email_url  # nobody can verify an address where no mail is sent
MFA_ADAPTER = "pincite.web.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": WEB.oidc_name,
                    "client_id": WEB.oidc_client_id,
                    "secret": WEB.oidc_secret,
                    "settings": {"server_url": WEB.oidc_server, "oauth_pkce_enabled": True},
                }
            ]
        }
    }
    if WEB.oidc_server
    else {}
)

# An account of the identity provider is one of ours where the provider has verified its e-mail address, and only then.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = WEB.secure
if WEB.secure:  # a browser takes such a cookie only by https, from this very host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; htmx reads it from the page
CSRF_TRUSTED_ORIGINS = [WEB.url]
CSRF_FAILURE_VIEW = "pincite.web.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if WEB.secure:
    # Whether a request came by https is told by the proxy; uvicorn believes the proxies of PINCITE_WEB_PROXIES alone.
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000  # forms; files are streamed to disk and limited by WEB.max_upload_bytes
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

DEFAULT_FROM_EMAIL = SERVER_EMAIL = WEB.email_from
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if WEB.email_url.startswith("file:"):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = WEB.email_url.removeprefix("file:")
elif WEB.email_url:
    _mail = urlsplit(WEB.email_url)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or (465 if _mail.scheme == "smtps" else 587)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp" and bool(_mail.username)
    EMAIL_TIMEOUT = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"pincite": {"level": "INFO"}},
}
