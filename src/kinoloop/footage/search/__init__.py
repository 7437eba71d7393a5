"""Finding footage again: by the words spoken or in the name, and by how a shot looks."""
