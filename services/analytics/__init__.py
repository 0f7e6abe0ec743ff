"""Read models for screens and statistics: figures of grids, computed from the rows. No writes."""
