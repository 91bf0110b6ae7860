"""Third-party ADMS server that the simulated push time clock connects to.

Run as a program by tests: Django and `django-fingerprint-attendance` on a free port. It prints the
port and accepts every time clock. GET `/kept` returns the punches it stored and the number of lines
it could not parse.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Write no access log."""


def stored_punches(_request: HttpRequest) -> JsonResponse:
    """Return the stored punches as [number, device time] and the count of unparsable lines."""
    from fingerprint_attendance.models import DeviceEventLog, Punch  # noqa: PLC0415

    punches = Punch.objects.order_by("punched_at", "raw_pin")
    bad = DeviceEventLog.objects.filter(event_type="parse_error").count()
    return JsonResponse(
        {"punches": [[p.raw_pin, p.device_local_time] for p in punches], "bad": bad}
    )


urlpatterns: list[URLPattern | URLResolver] = []
"""URL patterns; filled after Django is set up, because the package's URLs read its settings."""


def main(folder: Path) -> None:
    """Serve until the process is killed; `folder` holds the database."""
    settings.configure(
        SECRET_KEY="only-for-tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="__main__",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "rest_framework",
            "fingerprint_attendance",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "adms.db"}},
        FINGERPRINT_ATTENDANCE={"ADMS_REQUIRE_DEVICE_APPROVAL": False, "ADMS_RATE_LIMIT": None},
    )
    django.setup()
    urlpatterns[:] = [
        path("", include("fingerprint_attendance.urls")),
        path("kept", stored_punches),
    ]
    call_command("migrate", verbosity=0)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()))
