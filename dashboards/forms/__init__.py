"""The forms of the registers 登记表: a drawer beside the map, for desk and phone widths."""
