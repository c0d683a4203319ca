#!/usr/bin/env python
"""Django's own commands, for developers: `python manage.py check --deploy`, `makemigrations`. Users have `pincite serve`."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pincite.web.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
