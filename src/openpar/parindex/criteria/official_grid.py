"""The tables of an official file as grids of text; how they are read: `openpar.common.grids`."""

from openpar.common.grids import CAPS, Grid, GridRow, read_grids

__all__ = ["CAPS", "Grid", "GridRow", "read_grids"]
