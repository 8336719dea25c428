"""Other libraries' languages, spoken on this one."""
