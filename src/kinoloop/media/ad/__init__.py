"""One ad out of many shots: laid out on a frame grid, mixed, captioned, given sound, joined and checked."""
