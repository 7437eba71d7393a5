"""The HTTP API of learning from deals, at the paths and with the field names of the founding documents."""
