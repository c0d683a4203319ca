"""The one way out: which addresses may be connected to, how a request is made and made again, how fast, and how much is taken."""
