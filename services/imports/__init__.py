"""Files of others become grids, buildings and premises: all of a file, or nothing of it."""
