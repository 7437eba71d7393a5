"""The media files made from moments, each verified before its row is written."""
