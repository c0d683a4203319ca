"""Living evidence: what changed in the library, what rests on it, and what it does to questions that are watched."""
