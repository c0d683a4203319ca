"""A server on loopback that speaks each source's protocol from the small files beside it, with the faults that real sources have.

Written from the sources' public documentation. `fail` queues a fault for the next requests of an address; `hits` says what was asked.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pincite.settings import Settings

FILES = Path(__file__).parent / "files"
SETID = "11111111-2222-3333-4444-{:012d}"


def filled(name: str, **values: Any) -> str:
    """A file with its {places} filled in."""
    text = (FILES / name).read_text("utf-8")
    for key, value in values.items():
        text = text.replace("{" + key + "}", str(value))
    return text


class StandIn:
    """The server and what it holds; tests change the attributes."""

    def __init__(self) -> None:
        self.hits: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.faults: list[list[Any]] = []
        self.date: str | None = None  # what its clock says
        self.citations = {1000 + n: {"year": 2000 + n % 20, "changed": "2026/01/05", "finding": finding(n)} for n in range(1, 26)}
        self.undelivered: set[int] = set()  # named by a search, and deleted meanwhile
        self.merged: dict[int, int] = {}  # named by a search, delivered as another
        self.expire = 0  # how many pages from now on the history is forgotten
        self.forgotten: set[str] = set()  # places of a cut-off run that the service no longer takes
        self.histories: dict[str, list[int]] = {}
        self.labels = [{"setid": SETID.format(n), "version": 1, "date": f"2025010{n}", "dose": 1500} for n in range(1, 4)]
        self.link_paging = False
        self.articles = {
            f"PMC{n}": {"title": f"Walking and sciatica {n}", "version": 1, "open": True, "retracted": False} for n in range(7001, 7006)
        }
        self.trials = [("NCT00000001", "RECRUITING", False), ("NCT00000002", "COMPLETED", False), ("NCT00000003", "COMPLETED", True)]
        self.crossref: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, bytes] = {}  # bulk files: "baseline/pubmed26n0001.xml.gz" → bytes
        self.wrong_sums: set[str] = set()
        self.pages: dict[str, tuple[int, str, bytes]] = {}
        self.list = (FILES / "retraction_watch.csv").read_bytes()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, home: Path, **more: Any) -> Settings:
        """Settings that name this server as the mirror of every source."""
        places = {"pubmed": "eutils", "pmc": "eutils", "pmc-store": "store", "europepmc": "epmc", "openfda": "fda", "dailymed": "dm"}
        places |= {"clinicaltrials": "ct", "crossref": "cr", "pubmed-bulk": "bulk", "retractions": "rw/list.csv", "pages": "site"}
        urls = {name: f"{self.url}/{place}" for name, place in places.items()}
        return Settings(home=home, library=str(home / "library"), encoder="none", feed_base_urls=urls, **more)

    def fail(self, where: str, fault: str, *, times: int = 1) -> None:
        """The next `times` requests whose address holds `where` meet `fault`."""
        self.faults.append([where, fault, times])

    def asked(self, where: str) -> list[dict[str, str]]:
        """The parameters of every request whose address holds `where`."""
        return [query for path, query, _ in self.hits if where in path]

    # --- what each source says -----------------------------------------------------------------------------------

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        for prefix, speak in self._sources().items():
            if path.startswith(prefix):
                return speak(path.removeprefix(prefix), query)
        return 404, "text/html", b"not here", {}

    def _sources(self) -> dict[str, Callable[[str, dict[str, str]], tuple[int, str, bytes, dict[str, str]]]]:
        return {
            "/eutils/esearch.fcgi": self._esearch, "/eutils/efetch.fcgi": self._efetch, "/store/": self._store, "/epmc/": self._epmc,
            "/fda/label.json": self._fda, "/dm/": self._dm, "/ct/studies": self._ct, "/cr/works": self._cr, "/bulk/": self._bulk,
            "/rw/": lambda *_: (200, "text/csv", self.list, {"ETag": f'"{hashlib.md5(self.list).hexdigest()}"'}),
            "/": self._page,
        }  # fmt: skip

    def _esearch(self, _: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if query["db"] == "pmc":
            ids = [int(name[3:]) for name in self.articles]
        else:
            begin, end = query["mindate"], query["maxdate"]
            since = re.search(r"(\d{4}):3000\[dp\]", query["term"])
            ids = [
                pmid
                for pmid, one in sorted(self.citations.items())
                if begin <= (one["changed"] if query["datetype"] == "mdat" else f"{one['year']}/03/01") <= end
                and (since is None or one["year"] >= int(since[1]))
            ]
        webenv = f"MCID_{len(self.histories)}"
        self.histories[webenv] = ids
        page = [str(one) for one in ids[int(query["retstart"]) : int(query["retstart"]) + int(query["retmax"])]]
        return _json({"esearchresult": {"count": str(len(ids)), "querykey": "1", "webenv": webenv, "idlist": page}})

    def _efetch(self, _: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if self.expire:
            self.expire -= 1
            if not self.expire:
                self.histories.clear()
        ids = self.histories.get(query["WebEnv"])
        if ids is None:
            return 400, "text/xml", b"<eFetchResult><ERROR>Cannot retrieve history data, query_key: 1, WebEnv: x</ERROR></eFetchResult>", {}
        start = int(query["retstart"])
        page = [self.merged.get(pmid, pmid) for pmid in ids[start : start + int(query["retmax"])] if pmid not in self.undelivered]
        return 200, "text/xml", citations_xml({pmid: self.citations[pmid] for pmid in page}), {}

    def _store(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if query.get("list-type") == "2":
            name = query["prefix"].rstrip(".")
            held = self.articles.get(name)
            versions = range(1, held["version"] + 1) if held else ()
            inner = "".join(f"<CommonPrefixes><Prefix>{name}.{version}/</Prefix></CommonPrefixes>" for version in versions)
            listing = f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Prefix>{name}.</Prefix>{inner}</ListBucketResult>'
            return 200, "application/xml", listing.encode(), {}
        name, version = re.search(r"(PMC\d+)\.(\d+)", path).groups()  # type: ignore[union-attr]
        held = self.articles[name]
        xml = self._article(name)
        if path.startswith("metadata/"):
            told = {
                "pmcid": name,
                "version": int(version),
                "is_pmc_openaccess": held["open"],
                "is_retracted": held["retracted"],
                "license_code": "CC BY",
                "doi": f"10.5555/open.{name}",
            }
            told["xml_url"] = f"s3://pmc-oa-opendata/{name}.{version}/{name}.{version}.xml?md5={hashlib.md5(xml).hexdigest()}"
            return _json(told)
        return 200, "application/xml", xml, {"ETag": f'"{hashlib.md5(xml).hexdigest()}"'}

    def _article(self, name: str) -> bytes:
        return filled("article.xml", pmcid=name, title=self.articles[name]["title"]).encode()

    def _epmc(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if path == "search":
            names = list(self.articles)
            if query["cursorMark"] in self.forgotten:
                return 400, "application/json", b'{"errCode": 400}', {}
            start = 0 if query["cursorMark"] == "*" else int(query["cursorMark"].removeprefix("mark"))
            page = names[start : start + int(query["pageSize"])]
            following = f"mark{start + len(page)}" if page else query["cursorMark"]
            return _json(
                {
                    "hitCount": len(names),
                    "nextCursorMark": following,
                    "resultList": {"result": [{"pmcid": one, "isOpenAccess": "Y"} for one in page]},
                }
            )
        return 200, "application/xml", self._article(path.split("/", maxsplit=1)[0]), {}

    def _fda(self, _: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        begin = re.search(r"effective_time:\[(\d+)", query.get("search", ""))
        found = [one for one in self.labels if "naproxen" in query.get("search", "naproxen") and (not begin or one["date"] >= begin[1])]
        found.sort(key=lambda one: str(one["date"]), reverse=True)
        if not found:
            return 404, "application/json", b'{"error": {"code": "NOT_FOUND", "message": "No matches found!"}}', {}
        start, limit = int(query.get("skip", query.get("after", 0))), int(query["limit"])
        page = [json.loads(filled("label.json", document=f"d{one['setid']}", **one)) for one in found[start : start + limit]]
        more = {}
        if start + limit < len(found):
            more["Link"] = f'<{self.url}/fda/label.json?limit={limit}&after={start + limit}>; rel="next"'
        return _json({"meta": {"results": {"skip": start, "limit": limit, "total": len(found)}}, "results": page}, **more)

    def _dm(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if path == "spls.json":
            found = [one for one in self.labels if query.get("setid", one["setid"]) == one["setid"]]
            size, page = int(query["pagesize"]), int(query["page"])
            data = [
                {"setid": one["setid"].upper(), "spl_version": one["version"], "title": "TESTOPROXEN", "published_date": "Jan 01, 2025"}
                for one in found
            ]
            pages = -(-len(found) // size)
            return _json(
                {
                    "data": data[(page - 1) * size : page * size],
                    "metadata": {"total_elements": len(found), "total_pages": pages, "current_page": page},
                }
            )
        one = next((one for one in self.labels if one["setid"] in path.lower()), None)
        if one is None or one.get("withdrawn"):
            return 404, "text/html", b"gone", {}
        return 200, "application/xml", filled("label.xml", document="d1", **one).encode(), {}

    def _ct(self, _: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if query.get("pageToken") in self.forgotten:
            return 400, "text/plain", b"Invalid page token", {}
        start, size = int(query.get("pageToken", "t0")[1:]), int(query["pageSize"])
        page = [
            json.loads(
                filled("study.json", nct=nct, status=status, results=str(results).lower(), title=f"Injection in Baastrup disease {nct}")
            )
            for nct, status, results in self.trials[start : start + size]
        ]
        told: dict[str, Any] = {"studies": page, "totalCount": len(self.trials)}
        if start + size < len(self.trials):
            told["nextPageToken"] = f"t{start + size}"
        return _json(told)

    def _cr(self, path: str, query: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        headers = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Interval": "1s"}
        if path:
            doi = unquote(path.removeprefix("/")).lower()
            held = self.crossref.get(doi)
            return (
                _json({"message": {"DOI": doi, "updated-by": held}}, **headers)
                if held is not None
                else (404, "text/plain", b"Resource not found.", headers)
            )
        wanted = [part.removeprefix("doi:") for part in query["filter"].split(",")]
        items = [
            {"DOI": doi, **({"updated-by": self.crossref[doi]} if self.crossref[doi] else {})} for doi in wanted if doi in self.crossref
        ]
        return _json({"message": {"items": items, "total-results": len(items)}}, **headers)

    def _bulk(self, path: str, _: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        if path.endswith("/") or not path:
            names = [name.rpartition("/")[2] for name in self.files if name.rpartition("/")[0] == path.rstrip("/")]
            if not names:
                return 404, "text/html", b"", {}
            links = "".join(f'<a href="{name}">{name}</a><a href="{name}.md5">{name}.md5</a>' for name in names)
            return 200, "text/html", f"<html><body><a href='../'>..</a>{links}</body></html>".encode(), {}
        name = path.removesuffix(".md5")
        if name not in self.files:
            return 404, "text/html", b"", {}
        if path.endswith(".md5"):
            digest = "0" * 32 if name in self.wrong_sums else hashlib.md5(self.files[name]).hexdigest()
            return 200, "text/plain", f"MD5({name.rpartition('/')[2]})= {digest}\n".encode(), {}
        return 200, "application/x-gzip", self.files[name], {}

    def _page(self, path: str, _: dict[str, str]) -> tuple[int, str, bytes, dict[str, str]]:
        status, kind, data = self.pages.get(f"/{path}", (404, "text/html", b"not here"))
        return status, kind, data, {}


def finding(number: int) -> str:
    return f"Pain fell by {number} points after injection and by 1 point after exercise."


def citations_xml(citations: dict[int, dict[str, Any]], *, deleted: tuple[int, ...] = ()) -> bytes:
    """A PubmedArticleSet."""
    inner = "".join(
        filled(
            "citation.xml", pmid=pmid, year=one["year"], title=f"Injection or exercise for back pain, trial {pmid}", finding=one["finding"]
        )
        for pmid, one in citations.items()
    )
    gone = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in deleted)
    tail = f"<DeleteCitation>{gone}</DeleteCitation>" if deleted else ""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>{inner}{tail}</PubmedArticleSet>'.encode()


def _json(value: Any, **headers: str) -> tuple[int, str, bytes, dict[str, str]]:
    return 200, "application/json", json.dumps(value).encode(), headers


def _handler(owner: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def date_time_string(self, timestamp: float | None = None) -> str:
            return owner.date or formatdate(timestamp or time.time(), usegmt=True)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            owner.hits.append((parts.path, query, dict(self.headers.items())))
            fault = self._fault(self.path)
            status, kind, data, headers = owner.answer(parts.path, query)
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"] and not fault:
                status, data = 304, b""
            packed = status == 200 and "xml" in kind and "gzip" in self.headers.get("Accept-Encoding", "")
            if packed:
                data = gzip.compress(data)
            if fault in ("429", "500", "503"):
                status, kind, data, packed = int(fault), "text/html", b"<html>busy</html>", False
                headers = {"Retry-After": "2"} if fault == "429" else {}
            elif fault == "html":
                status, kind, data, packed, headers = 200, "text/html", b"<html><body>Down for maintenance</body></html>", False, {}
            elif fault == "inward":
                status, data, packed, headers = 302, b"", False, {"Location": "http://169.254.169.254/latest/meta-data/"}
            elif fault == "truncated":
                data = data[: len(data) // 2]
                packed = True
            self.send_response(status)
            for name, value in {**headers, "Content-Type": kind, **({"Content-Encoding": "gzip"} if packed else {})}.items():
                self.send_header(name, value)
            if fault == "cut":
                self.send_header("Content-Length", str(len(data) + 100))
                self.close_connection = True
            elif status != 304:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self._send(data, drip=fault == "drip")

        def _send(self, data: bytes, *, drip: bool) -> None:
            try:
                if not drip:
                    self.wfile.write(data)
                    return
                for position in range(len(data)):
                    self.wfile.write(data[position : position + 1])
                    self.wfile.flush()
                    time.sleep(0.02)
            except OSError:
                self.close_connection = True

        def _fault(self, path: str) -> str | None:
            for fault in owner.faults:
                if fault[0] in path and fault[2] > 0:
                    fault[2] -= 1
                    return str(fault[1])
            return None

    return Handler
