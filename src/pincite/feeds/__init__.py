"""Public sources → library: each module asks one source and yields bytes for the readers; `running` takes them in and remembers how far it came."""
