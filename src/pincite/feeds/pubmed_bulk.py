"""PubMed in bulk: the yearly baseline and the daily update files, from NLM's server, a mirror or a folder, in the order of their numbers.

Source: pubmed.ncbi.nlm.nih.gov/download (`baseline/pubmedYYnNNNN.xml.gz`, `updatefiles/`, an `.md5` beside each). A later file
revises or deletes what an earlier one brought. When a new year's baseline appears it replaces all files of the old year.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pincite.errors import FeedError, NetworkError
from pincite.feeds.source import Batch, Context, Task
from pincite.ingest.unpacking import Source
from pincite.network.addresses import origin
from pincite.network.client import Fetched, StatusError
from pincite.records import Reading

ADDRESS = "https://ftp.ncbi.nlm.nih.gov/pubmed/"
_FILE = re.compile(r"pubmed(\d\d)n(\d{4,5})\.xml\.gz")
_MD5 = re.compile(rb"\b([0-9a-f]{32})\b", re.IGNORECASE)
_DELETED = re.compile(rb"<PMID[^>]*>\s*(\d+)\s*</PMID>")
_FOLDERS = ("baseline", "updatefiles", ".")


class _File(NamedTuple):
    year: int
    number: int
    folder: str
    name: str


class PubMedBulk:
    """PubMed's files."""

    name = "pubmed-bulk"
    title = "PubMed baseline and update files"
    asks = "the folder or address of the files (none for NLM's), then words of which a citation must hold one; none for all"
    terms = "NLM's PubMed data, free to use with NLM named as the source; abstracts may be under their publishers' copyright."
    sample = Task(query=(), most=1)
    needs_query = False
    takes_files = True
    keeps_cursor = True  # year and number of the last file that is in

    def batches(self, task: Task, context: Context) -> Iterator[Batch]:
        """Files, one at a time, from the first that is not in yet."""
        place, words = _asked(task, context)
        files = _files(place, context)
        if not files:
            raise FeedError(f"{place} holds no PubMed files.", what_to_do="They are called like pubmed26n0001.xml.gz.")
        year = max(file.year for file in files)
        done = int(task.cursor.get("number", 0)) if task.cursor.get("year") == year else 0
        left = [file for file in files if file.year == year and file.number > done]
        for file in left[: task.most] if task.most else left:
            data = _data(place, file, context)
            xml = _unpacked(data, file)
            yield Batch(
                cursor={"year": year, "number": file.number},
                sources=(Source(file.name.removesuffix(".gz"), xml),),
                deleted=deleted(xml),
                keep=_filter(words, task.since),
                says=f"{file.name}: {len(left):,} files to go",
            )


def _asked(task: Task, context: Context) -> tuple[str, tuple[str, ...]]:
    """Where the files are, and words that a citation must hold."""
    place = context.settings.feed_base_urls.get("pubmed-bulk", ADDRESS)
    if not task.query:
        return place, ()
    first, *rest = task.query
    if re.match(r"https?://", first, re.IGNORECASE) or Path(first).expanduser().is_dir():
        return first, tuple(rest)
    if re.match(r"[/~.]", first):
        raise FeedError(f"{first} is no folder.", what_to_do="Name the folder or the address of the files.")
    return place, task.query


def _is_address(place: str) -> bool:
    return place.lower().startswith(("http://", "https://"))


def _files(place: str, context: Context) -> list[_File]:
    """Every file there is, by year and number; a folder may hold them itself or in `baseline` and `updatefiles`."""
    found: dict[tuple[int, int], _File] = {}
    for folder in _FOLDERS:
        for name in _names(place, folder, context):
            match = _FILE.fullmatch(name)
            if match:
                found.setdefault((int(match[1]), int(match[2])), _File(int(match[1]), int(match[2]), folder, name))
    return [found[key] for key in sorted(found)]


def _names(place: str, folder: str, context: Context) -> list[str]:
    if not _is_address(place):
        try:
            return [entry.name for entry in (Path(place).expanduser() / folder).iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise FeedError(f"{place} cannot be read: {error.strerror}.") from error
    base = place.rstrip("/")
    context.client.pace.allow(origin(base)[0], per_second=2)
    try:
        listing = context.client.get(f"{base}/{folder}/" if folder != "." else f"{base}/")
    except StatusError as error:
        if error.status == 404:
            return []
        raise
    return re.findall(r'href="([^"/]+\.gz)"', listing.data.decode("utf-8", "replace"))


def _data(place: str, file: _File, context: Context) -> bytes:
    """A file's bytes, compared with its checksum; fetched again when they differ. Raises FeedError, NetworkError."""
    if _is_address(place):
        url = f"{place.rstrip('/')}/{file.folder}/{file.name}".replace("/./", "/")
        digest = _digest(context.client.get(f"{url}.md5").data)
        return context.client.get(url, accept=_same(digest, file)).data
    path = Path(place).expanduser() / file.folder / file.name
    try:
        data = path.read_bytes()
        beside = path.with_name(f"{file.name}.md5")
        digest = _digest(beside.read_bytes()) if beside.exists() else None
    except OSError as error:
        raise FeedError(f"{path} cannot be read: {error.strerror}.") from error
    if digest and digest != hashlib.md5(data, usedforsecurity=False).hexdigest():
        raise FeedError(f"{path} is damaged: its checksum differs.", what_to_do="Fetch the file again.")
    return data


def _digest(data: bytes) -> str | None:
    """The sum of "MD5(pubmed26n0001.xml.gz)= 0123…"."""
    found = _MD5.search(data)
    return found[1].decode().lower() if found else None


def _same(digest: str | None, file: _File) -> Callable[[Fetched], None]:
    def check(fetched: Fetched) -> None:
        if digest and hashlib.md5(fetched.data, usedforsecurity=False).hexdigest() != digest:
            raise NetworkError(f"{file.name} arrived with another checksum.", document=fetched.url, retryable=True)

    return check


def _unpacked(data: bytes, file: _File) -> bytes:
    import gzip  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise FeedError(f"{file.name} is a damaged archive ({error}).", what_to_do="Fetch it again.") from error


def deleted(xml: bytes) -> tuple[str, ...]:
    """The citations that a file withdraws: the reader is not asked for them, they stand in one short element at its end.

    >>> deleted(b"<DeleteCitation><PMID Version='1'>7</PMID></DeleteCitation></PubmedArticleSet>")
    ('pmid:7',)
    """
    start = xml.rfind(b"<DeleteCitation>")
    return tuple(f"pmid:{number.decode()}" for number in _DELETED.findall(xml, start)) if start >= 0 else ()


def _filter(words: tuple[str, ...], since: int | None) -> Callable[[Reading], bool] | None:
    """Whether a citation is wanted: of the years asked for, with one of the words in title, abstract, headings or keywords."""
    if not words and since is None:
        return None
    patterns = [re.compile(rf"\b{re.escape(word)}", re.IGNORECASE) for word in words]

    def wanted(reading: Reading) -> bool:
        document: Any = reading.document
        if since is not None and document.year is not None and document.year < since:
            return False
        named = "\n".join((document.text, *document.mesh, *document.keywords))
        return not patterns or any(pattern.search(named) for pattern in patterns)

    return wanted


feed = PubMedBulk()
