"""Settings. One file for every place the system runs: what differs comes from the environment (see .env.example)."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.env import BASE_DIR, env_bool, env_choice, env_database, env_int, env_list, env_str, load_env_file

load_env_file(BASE_DIR / ".env")

SECRET_KEY = env_str("SECRET_KEY")
DEBUG = env_bool("DEBUG", False)
HTTPS = env_bool("HTTPS", False)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
VAR_DIR = Path(env_str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
REDIS_URL = env_str("REDIS_URL", "")

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "staff.apps.StaffConfig",
    "permits.apps.PermitsConfig",
    "fireworks.apps.FireworksConfig",
    "billboards.apps.BillboardsConfig",
    "inspections.apps.InspectionsConfig",
    "reports.apps.ReportsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_htmx",
    "import_export",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.middleware.PrivatePages",
    "staff.middleware.SessionAge",
    "staff.middleware.ActingPerson",
    "staff.middleware.SecondFactor",
    "staff.middleware.FirstPassword",
    "staff.middleware.NoIdentityInAddress",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["config.templatetags.bureau", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
                "staff.context.bureau",
            ],
        },
    }
]
FORM_RENDERER = "config.form_renderer.FormRenderer"

# --- Data -----------------------------------------------------------------------------------------------------------

DATABASES = {"default": env_database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of failing half-way with "locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;"
            "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# shared: what the web process and the background process tell each other: progress, cancelling, what was done when.
REDIS_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
MEMORY_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}}
FILE_CACHE = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR_DIR / "cache"}
CACHES = {
    "default": REDIS_CACHE if REDIS_URL else MEMORY_CACHE,
    "shared": REDIS_CACHE if REDIS_URL else FILE_CACHE,
}

MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/unused-media/"  # files are only ever served by views that check visible_to
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # a pasted block of some ten thousand rows
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- Background work ------------------------------------------------------------------------------------------------

# process: embedded, one process beside the one web process; thread: what that process itself runs with; celery:
# production; inline: commands and tests.
JOB_RUNNER = env_choice("JOB_RUNNER", "celery" if REDIS_URL else "process", ("celery", "process", "thread", "inline"))
if JOB_RUNNER in ("celery", "process") and (JOB_RUNNER == "celery") != bool(REDIS_URL):
    # Celery without a broker would wait for ever; the process beside the web process would empty the broker's database.
    raise ImproperlyConfigured(f"JOB_RUNNER={JOB_RUNNER!r}：celery 要同时设 REDIS_URL，process 不能同时设。")
JOB_MAX_ATTEMPTS = 3
JOB_SILENCE = timedelta(seconds=60)  # a running job without a heartbeat for this long is taken for dead
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000  # KiB; a long PDF takes up to 410 MB
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200}  # above the longest job, or it would run twice
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# --- Mail out -------------------------------------------------------------------------------------------------------

EMAIL_HOST = env_str("EMAIL_HOST", "")  # "": no mail is sent, messages stay in the bell
EMAIL_SECURITY = env_choice("EMAIL_SECURITY", "starttls", ("starttls", "ssl", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "ssl"
EMAIL_PORT = env_int("EMAIL_PORT", {"starttls": 587, "ssl": 465, "none": 25}[EMAIL_SECURITY], minimum=1)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 15  # seconds; the sender is a background task
DEFAULT_FROM_EMAIL = env_str("EMAIL_FROM", EMAIL_HOST_USER or "chengguan@localhost")
EMAIL_DOMAINS = env_list("EMAIL_DOMAINS")  # to which mailboxes may be entered; empty: any

# --- Backups and health ---------------------------------------------------------------------------------------------

BACKUP_DIR = Path(env_str("BACKUP_DIR", str(VAR_DIR / "backups"))).resolve()
BACKUP_EVERY = timedelta(hours=env_int("BACKUP_EVERY_HOURS", 24))  # 0: not by the program itself
BACKUP_KEEP = env_int("BACKUP_KEEP", 14, minimum=1)
BACKUP_KEY_FILE = Path(key_file) if (key_file := env_str("BACKUP_KEY_FILE", "")) else None  # a passphrase: encrypted
HEALTH_TOKEN = env_str("HEALTH_TOKEN", "")  # "": the health page answers this machine alone

# --- People and sessions --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "staff:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "staff:login"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "staff.passwords.ProfileValidator"}]
# Which rules a new password must obey (staff/passwords.py), and who is asked for a one-time code (staff/second_factor.py).
PASSWORD_PROFILE = env_choice("PASSWORD_PROFILE", "dengbao2", ("dengbao2", "dengbao3", "asvs"))
SECOND_FACTOR = env_choice("SECOND_FACTOR", "required", ("required", "offered", "off"))
if PASSWORD_PROFILE == "dengbao3" and SECOND_FACTOR != "required":  # noqa: S105 -- the name of a profile
    raise ImproperlyConfigured(
        "PASSWORD_PROFILE=dengbao3：三级要求两种鉴别（GB/T 22239-2019 8.1.4.1 d），SECOND_FACTOR 须为 required。"
    )
OTP_TOTP_ISSUER = "城管工作系统"
OTP_TOTP_SYNC = False  # one step early or late and never more: a code typed slowly must not move the window
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username"], ["ip_address", "username"]]
AXES_RESET_ON_SUCCESS = False  # staff.signals does it, after the code: a password alone does not undo wrong codes
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
AXES_ENABLE_ADMIN = False  # locks are opened under 账号权限, where it is logged
AXES_LOCKOUT_TEMPLATE = "staff/locked_out.html"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # staff.Activity records logins
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 30 * 60  # idle time-out
SESSION_ABSOLUTE = timedelta(
    hours=env_int("SESSION_ABSOLUTE_HOURS", 12, minimum=8, maximum=12)
)  # worked through or not
SESSION_SAVE_EVERY_REQUEST = False  # ActingPerson prolongs it every few minutes: reading pages write nothing
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- The browser ----------------------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)  # how many proxies in front append to X-Forwarded-For

# --- Language and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

# --- Imports --------------------------------------------------------------------------------------------------------

IMPORT_MAX_ROWS = 100_000
IMPORT_MAX_BYTES = 50 * 1024 * 1024
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True

# --- Log ------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},  # a line for each timed task, every half minute
    },
}
