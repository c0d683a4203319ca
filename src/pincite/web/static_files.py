"""Static files under names that carry their hash, so that browsers keep them for good; plain names until they are collected."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """`serve` collects at its start; tests and `manage.py` work without."""

    manifest_strict = False
    keep_only_hashed_files = False

    def stored_name(self, name: str) -> str:
        """The hashed name of a collected file, else the name itself."""
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))
