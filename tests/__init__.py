"""Tests mirror the tree of the product."""

import os

os.environ.pop("COLUMNS", None)
"""Else the width that xdist hands to its workers would be every console's, whatever a test sets."""
