"""The programs are run by the tests; collecting them for doctests would run them."""

collect_ignore_glob = ["programs/*"]
