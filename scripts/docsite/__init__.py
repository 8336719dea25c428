"""The documentation: pages that run, the reference, the site."""
