"""Small pictures, films and sounds that really decode, drawn from what was asked for."""
