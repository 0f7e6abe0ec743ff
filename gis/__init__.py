"""Geometry of the grid county: coordinates, locating, topology, tiles.

Functions here take a database connection and plain values. They know no web framework, no ORM
model and no settings, so they can be used from a request, a bulk load or a test alike.
"""
