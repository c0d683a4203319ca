"""Answer → text: terminal, Markdown, HTML fragment, JSON, DOCX; references as RIS, BibTeX, CSL-JSON, FHIR.

`layout.py` puts an answer's parts in the order of the answer page once; every writer for people walks that same layout.
"""
