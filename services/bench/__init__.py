"""Benches: they measure a running server and print one JSON object a line."""
