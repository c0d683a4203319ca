"""The application's own settings in a home of their own, with a fast password hash: tests touch nobody's data."""

import os
import tempfile

os.environ["PINCITE_HOME"] = tempfile.mkdtemp(prefix="pincite-tests-")

from pincite.web.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
