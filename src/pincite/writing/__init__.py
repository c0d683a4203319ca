"""A model proposes sentences, verification disposes: only what the quotes bear out is shown, the rest stays in the sources' own words."""
