"""The desk 工作台: one map, the panel of a grid, the rows behind every figure, and their cards."""
