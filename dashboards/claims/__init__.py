"""The page /claims: files of departments come in, grids claim their rows (D1, D2)."""
