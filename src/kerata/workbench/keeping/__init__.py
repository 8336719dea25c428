"""How runs are kept on disk."""
