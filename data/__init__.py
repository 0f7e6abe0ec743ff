"""Small data files that ship with the system: dictionaries, label catalogue, demo county."""
