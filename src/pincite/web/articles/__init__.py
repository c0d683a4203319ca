"""Public pages of articles: the article, its history, feeds, topics, the editorial policy."""
