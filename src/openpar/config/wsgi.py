"""The entry of the web server; refuses to start on a database that could lose what was acknowledged."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")

application = get_wsgi_application()

from openpar.config import startup  # noqa: E402  # needs the settings that the line above has loaded

startup.start()
